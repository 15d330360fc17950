// SPDX-License-Identifier: EUPL-1.2
// Every kind's result, in one part: none is drawn before something is revealed.
export { RankingResult } from "./ranking_result.js";
export { RatingResult } from "./rating_result.js";
export { ResultView } from "./result.js";
export { TextResult } from "./text_result.js";
