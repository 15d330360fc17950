// SPDX-License-Identifier: EUPL-1.2
// Generated from protocol/tbl by clients/web/tables.mjs; do not edit.

/** What a page may wish (protocol section 4). */
export const COMMAND = {
	create: 1,
	join: 2,
	step_put: 3,
	activity_put: 4,
	items_put: 5,
	items_hide: 6,
	rooms: 7,
	room_put: 8,
	move: 9,
	go: 10,
	open: 11,
	close: 12,
	hold: 13,
	time: 14,
	due: 15,
	reveal: 16,
	hide: 17,
	look: 18,
	ask: 19,
	ballot: 20,
	secret_ballot: 21,
	seal: 22,
	show: 23,
	say: 24,
	link_put: 25,
	link_revoke: 26,
	merge: 27,
	extra: 28,
	extra_due: 29,
	end: 30,
	profile: 31,
} as const;

/** Verdicts on commands and reasons for a bye. */
export const FAULT = {
	none: 0,
	recovered: 1,
	later: 10,
	unsure: 11,
	elsewhere: 12,
	superseded: 20,
	lane_unknown: 21,
	malformed: 30,
	too_long: 31,
	bad_text: 32,
	unknown_command: 33,
	bad_config: 34,
	bad_ballot: 35,
	over_budget: 36,
	over_cap: 37,
	too_few: 38,
	not_allowed: 40,
	wrong_phase: 41,
	closed: 42,
	stale: 43,
	over: 44,
	not_sealed: 45,
	secret_look: 46,
	secret_unknown: 47,
	no_session: 60,
	no_member: 61,
	no_room: 62,
	no_step: 63,
	no_activity: 64,
	no_item: 65,
	no_link: 66,
	no_organisation: 67,
	taken: 68,
	fixed: 69,
	full: 80,
	too_many_codes: 81,
	too_many_pages: 82,
	too_fast: 83,
	key_needed: 84,
	damaged: 90,
	electorate: 91,
	unequal: 92,
} as const;

/** Where an activity stands in a scope. */
export const PHASE = {
	READY: 1,
	OPEN: 2,
	CLOSING: 4,
	CLOSED: 8,
	SEALED: 16,
	REVEALED: 32,
} as const;

/** Who may do and see what; sets are sums. */
export const ROLE = {
	ANYONE: 1,
	PARTICIPANT: 2,
	PEN: 4,
	LEADER: 8,
	FACILITATOR: 16,
	SCREEN: 32,
	HOUSE: 64,
	INTAKE: 128,
} as const;

/** Kinds of sections (protocol section 5). */
export const SECTION = {
	session: 1,
	rooms: 2,
	seats: 3,
	members: 4,
	organisations: 5,
	agenda: 6,
	activity: 7,
	scope: 8,
	me: 9,
	verdicts: 10,
	ballots: 11,
	room_ballots: 12,
	mine: 13,
	result: 14,
	screen: 15,
	links: 16,
} as const;

/** What the shared screen shows. */
export const VIEW = {
	JOIN: 0,
	TASK: 1,
	RESULT: 2,
	ROOMS: 3,
	ROOM: 4,
} as const;
