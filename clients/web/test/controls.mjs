// SPDX-License-Identifier: EUPL-1.2
// Planted bugs, each of which the tests must find: [file under src, what stands there, what stands there instead, the bug].
export const controls = [
	["live/outbox.ts", "&& e.seq >= 0 && e.seq <= seq", "", "saved before it is stable"],
	["live/outbox.ts", 'const again = entry.state === "again" && entry.seq < 0;', "const again = false;", "a repeat is not marked"],
	["live/outbox.ts", "if (entry.number > last) {", "if (false) {", "what a reset took back is forgotten"],
	["live/live.ts", "this.#save();\n\t\t\t\tthis.#socket.send", "this.#socket.send", "sent before it is in the storage"],
	["live/live.ts", "if (claim === null)\n\t\t\t\tcontinue;\n\t\t\t/* Read again", "if (false)\n\t\t\t\tcontinue;\n\t\t\t/* Read again", "two tabs on one lane"],
	["live/sections.ts", "if (value === null)", "if (value === undefined)", "a removed item stays"],
	["live/sections.ts", "if (!listed.has(name))", "if (false)", "what is out of sight stays"],
	["state/session.ts", "|| (v[2] as number) <= sections.stable", "|| true", "a dot is full before it is stable"],
	["state/session.ts", "return near ?? ", "return ", "a room's own scope hides the session's"],
	["words/words.ts", "name ? t(`fault-${name}`)", "name ? `fault-${name}`", "a fault without a sentence"],
];
