// SPDX-License-Identifier: EUPL-1.2
// Every language is here before a test begins; a page fetches only its own.
import { wordsLoad, wordsStaff } from "../src/words/words.js";

await wordsStaff();
await Promise.all([wordsLoad("sv"), wordsLoad("en")]);
