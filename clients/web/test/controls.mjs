// SPDX-License-Identifier: EUPL-1.2
// Planted bugs, each of which the tests must find: [file under src, what stands there, what stands there instead, the bug].
export const controls = [
	["live/outbox.ts", "&& e.seq >= 0 && e.seq <= seq", "", "saved before it is stable"],
	["live/outbox.ts", 'const again = entry.state === "again" && entry.seq < 0;', "const again = false;", "a repeat is not marked"],
	["live/outbox.ts", 'if (entry.state === "judged") {\n\t\t\t\tentry.state = "again";', "if (false) {\n\t\t\t\tentry.state = \"again\";", "what a reset took back is forgotten"],
	["live/outbox.ts", "if (fault === FAULT.unsure)\n\t\t\t\tentry.seq = MAY_STAND;", "entry.seq = fault === FAULT.unsure ? MAY_STAND : 0;", "later takes the mark back"],
	["live/outbox.ts", "const unsure = entry.activity !== 0", "const unsure = false", "closed is said of what may have counted"],
	["live/live.ts", "this.actor === 0 ? { term: 0, done: 0 } : this.sections", "this.sections", "who is not joined says a position"],
	["live/live.ts", '(e.state === "sent" && this.#seal_waited(e))', "false", "after the seal it waits for ever"],
	["live/sections.ts", "same ? Math.max(this.stable, frame.stable) : frame.stable", "Math.max(this.stable, frame.stable)", "stable of another term"],
	["live/live.ts", "this.#save();\n\t\t\t\tthis.#socket.send", "this.#socket.send", "sent before it is in the storage"],
	["live/live.ts", "if (claim === null)\n\t\t\t\tcontinue;\n\t\t\t/* Read again", "if (false)\n\t\t\t\tcontinue;\n\t\t\t/* Read again", "two tabs on one lane"],
	["live/sections.ts", "if (value === null)", "if (value === undefined)", "a removed item stays"],
	["live/sections.ts", "if (!listed.has(name))", "if (false)", "what is out of sight stays"],
	["state/session.ts", "|| (v[2] as number) <= sections.stable", "|| true", "a dot is full before it is stable"],
	["state/session.ts", "return near ?? ", "return ", "a room's own scope hides the session's"],
	["words/words.ts", "name ? t(`fault-${name}`)", "name ? `fault-${name}`", "a fault without a sentence"],
];
