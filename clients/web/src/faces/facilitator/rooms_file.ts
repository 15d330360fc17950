// SPDX-License-Identifier: EUPL-1.2
// Rooms from a file: person;organisation;room;role, one person a row. What the file says, what is wrong with it and where, and who of those who are here is meant. Pure.

/** RFC 4180, with ; , or tab between the fields, whichever the first row has most of; a mark at the beginning that Excel makes is passed over. line: where a row begins, from 1. */
export function csvOf(text: string): { rows: { line: number; fields: string[] }[]; open: number } {
	const source = text.replace(/^\uFEFF/, "");
	const [first] = source.split(/\r?\n/, 1);
	const separator = [";", "\t", ","].map((s) => ({ s, n: first.split(s).length })).sort((x, y) => y.n - x.n)[0].s;
	const rows: { line: number; fields: string[] }[] = [];
	let fields: string[] = [], field = "", line = 1, begun = 1, quoted = false, opened = 0;
	const row = () => {
		fields.push(field);
		if (fields.some((f) => f.trim() !== ""))
			rows.push({ line: begun, fields: fields.map((f) => f.trim()) });
		fields = [];
		field = "";
	};
	for (let i = 0; i < source.length; i++) {
		const c = source[i];
		if (c === "\n")
			line++;
		if (quoted) {
			if (c === '"' && source[i + 1] === '"') {
				field += '"';
				i++;
			} else if (c === '"') {
				quoted = false;
			} else {
				field += c;
			}
		} else if (c === '"' && field.trim() === "") {
			quoted = true;
			field = "";
			opened = line;
		} else if (c === separator) {
			fields.push(field);
			field = "";
		} else if (c === "\n") {
			row();
			begun = line;
		} else if (c !== "\r") {
			field += c;
		}
	}
	row();
	return { rows, open: quoted ? opened : 0 };
}

export type Role = "" | "notes" | "leads";
export interface Wanted { line: number; person: string; organisation: string; room: string; role: Role }
/** What is wrong with the file, by the name of a sentence. */
export interface Bad { line: number; id: string; args: Record<string, string | number> }

const HEADS: Record<"person" | "organisation" | "room" | "role", string[]> = {
	person: ["person", "namn", "name", "deltagare", "participant"], organisation: ["organisation", "organization", "myndighet", "arbetsplats"], room: ["rum", "room", "grupp", "group"], role: ["roll", "role"],
};
const ROLES: Record<string, Role> = {
	"": "", deltagare: "", participant: "", antecknare: "notes", "note-taker": "notes", "note taker": "notes", notetaker: "notes", samtalsledare: "leads", leader: "leads", "discussion leader": "leads",
};
/** The same for people who write the same thing differently: case, spaces, composed letters. */
export const fold = (words: string): string => words.normalize("NFC").trim().replace(/\s+/g, " ").toLocaleLowerCase("sv");

/** A first row with names of columns says where they stand; without one the order is person, organisation, room, role. */
export function wantedOf(text: string): { wanted: Wanted[]; bad: Bad[] } {
	const { rows, open } = csvOf(text);
	const bad: Bad[] = open ? [{ line: open, id: "fac-file-quote", args: {} }] : [];
	const columns = { person: 0, organisation: 1, room: 2, role: 3 };
	const [head] = rows;
	if (head && head.fields.some((f) => HEADS.room.includes(fold(f)) || HEADS.person.includes(fold(f)))) {
		for (const name of Object.keys(columns) as (keyof typeof columns)[])
			columns[name] = head.fields.findIndex((f) => HEADS[name].includes(fold(f)));
		rows.shift();
		for (const name of ["person", "room"] as const)
			if (columns[name] < 0)
				return { wanted: [], bad: [{ line: head.line, id: name === "person" ? "fac-file-no-person" : "fac-file-no-room-column", args: {} }] };
	}
	const wanted: Wanted[] = [], before = new Map<string, number>();
	for (const { line, fields } of rows) {
		const at = (column: number) => (column < 0 ? "" : fields[column] ?? "");
		const person = at(columns.person), organisation = at(columns.organisation), room = at(columns.room), role = ROLES[fold(at(columns.role))];
		const key = `${fold(person)}\n${fold(organisation)}`, twice = before.get(key);
		if (person === "")
			bad.push({ line, id: "fac-file-nobody", args: {} });
		else if (room === "")
			bad.push({ line, id: "fac-file-no-room", args: { person } });
		else if (role === undefined)
			bad.push({ line, id: "fac-file-role", args: { person, role: at(columns.role) } });
		else if (twice !== undefined)
			bad.push({ line, id: "fac-file-twice", args: { person, line: twice } });
		else
			wanted.push({ line, person, organisation, room, role });
		before.set(key, twice ?? line);
	}
	return { wanted, bad };
}

export interface Here { member: number; name: string; organisation: string }
export interface Room { room: number; name: string }
/** plan: as the command wants it. names: of rooms that the file names. missing: in the file, not here. unclear: several of that name are here. others: here, not in the file. */
export interface Matched {
	plan: [room: number, ...members: number[]][];
	names: Map<number, string>;
	roles: { room: number; member: number; role: Role }[];
	missing: Wanted[];
	unclear: Wanted[];
	others: Here[];
	seated: number;
}

/** People by name, and by organisation where that is needed; a room by its number ("4", "Rum 4"), by the name it has, or as the next one. */
export function match(wanted: Wanted[], here: Here[], rooms: Room[]): Matched {
	const out: Matched = { plan: [], names: new Map(), roles: [], missing: [], unclear: [], others: [], seated: 0 };
	const by_name = new Map<string, Here[]>();
	for (const who of here)
		by_name.set(fold(who.name), [...(by_name.get(fold(who.name)) ?? []), who]);
	const numbered = (words: string) => /^(?:rum|room|grupp|group)?\s*([1-9]\d{0,3})$/.exec(fold(words))?.[1];
	const taken = new Set(wanted.flatMap((w) => { const n = numbered(w.room); return n ? [Number(n)] : []; }));
	const known = new Map(rooms.filter((r) => r.name).map((r) => [fold(r.name), r.room]));
	let next = 1;
	const roomOf = (words: string): number => {
		const number = numbered(words), named = known.get(fold(words));
		if (number)
			return Number(number);
		if (named !== undefined)
			return named;
		while (taken.has(next) || [...known.values()].includes(next))
			next++;
		taken.add(next);
		known.set(fold(words), next);
		out.names.set(next, words);
		return next;
	};
	const seats = new Map<number, number[]>(), used = new Set<number>();
	for (const row of wanted) {
		const same = (by_name.get(fold(row.person)) ?? []).filter((who) => !used.has(who.member));
		const nearer = same.filter((who) => fold(who.organisation) === fold(row.organisation));
		const found = nearer.length === 1 ? nearer[0] : same.length === 1 && (row.organisation === "" || same[0].organisation === "" || nearer.length === 1) ? same[0] : null;
		const room = roomOf(row.room);
		seats.set(room, seats.get(room) ?? []);
		if (!found) {
			(same.length > 1 ? out.unclear : out.missing).push(row);
			continue;
		}
		used.add(found.member);
		seats.get(room)!.push(found.member);
		if (row.role !== "")
			out.roles.push({ room, member: found.member, role: row.role });
		out.seated++;
	}
	/* No more rooms are made than the file has: a number beyond them becomes the name of one of the free ones (protocol: `rooms`). */
	const most = rooms.reduce((n, r) => Math.max(n, r.room), 0) + seats.size;
	for (const [room, members] of [...seats].filter(([number]) => number > most)) {
		let free = 1;
		while (seats.has(free))
			free++;
		seats.delete(room);
		seats.set(free, members);
		out.names.set(free, String(room));
		out.roles = out.roles.map((role) => (role.room === room ? { ...role, room: free } : role));
	}
	out.plan = [...seats].sort(([x], [y]) => x - y).map(([room, members]) => [room, ...members]);
	out.others = here.filter((who) => !used.has(who.member));
	return out;
}
