// SPDX-License-Identifier: EUPL-1.2
import { start } from "./app.js";
import { browserWorld } from "./live/world.js";

start(browserWorld());
