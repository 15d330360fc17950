/* SPDX-License-Identifier: EUPL-1.2 */
/* SECTION(name, number, subject, who sees, interval, shape, items)
 * who: ALL who have joined or hold a link; DOOR also before the join; SCOPE: of scope 0 all, of a room's scope its
 * members and staff; ROOM: the room's members and facilitators, names of a small room only; CREW: the room's members and facilitators; NOTES: CREW, and a screen
 * while it is shown them (5.14); MATES: the room's members; STAFF: facilitators and screens; FACILITATOR; OWN: only the
 * person in the subject; RESULT: README clause 5.9; BAND: who sees the total. interval: VERDICT at once, STATE on the shortest grid,
 * RESULT on the grid only. shape: SHARED frames are encoded once for all who see the same, OWN ones for one person. Numbers never change. */
SECTION(session, 1, "0, 0", DOOR, STATE, SHARED, "1: [code, rehearsal, language, k, grace_ms, rules, created_ms, origin]  2: text [title]  3: over")
SECTION(rooms, 2, "0, 0", ALL, STATE, SHARED, "room: [text [name, link]]")
SECTION(seats, 3, "0, 0", STAFF, STATE, SHARED, "room (0 = in none): how many members")
SECTION(members, 4, "room, 0", ROOM, STATE, SHARED, "member: [roles, organisation, text [name, organisation]]")
SECTION(organisations, 5, "0, 0", FACILITATOR, STATE, SHARED, "organisation: [merged into, text [name]]")
SECTION(agenda, 6, "0, 0", ALL, STATE, SHARED, "step: [position, minutes, text [title, instruction, part, ...], [activity, ...], plenary, source, group, [[least, most], ...]]")
SECTION(activity, 7, "activity, 0", ALL, STATE, SHARED, "0: [step, kind, holder, secret, config bin, text [title, lead], ref]  item: [group, hidden, text [words]]  4096 + group: [text [words]]")
SECTION(scope, 8, "scope, 0", SCOPE, STATE, SHARED, "1: step  2: [generation, duration_ms, at_ms, still] of the grace if one runs, else of the time; still 1: it stands still with duration_ms left  3: [at_ms, text [words]]  4: [duration_ms, at_ms] everybody comes back  4096 + activity: [phase, round]")
SECTION(me, 9, "actor, 0", OWN, STATE, OWN, "0: [room, roles, organisation, text [name, organisation]]  4096 + activity: [extra generation, duration_ms, at_ms]")
SECTION(verdicts, 10, "actor, 0", OWN, VERDICT, OWN, "lane: [number, fault, seq]")
SECTION(ballots, 11, "actor, 0", OWN, VERDICT, OWN, "activity: [round, ballot bin]")
SECTION(room_ballots, 12, "room, 0", MATES, STATE, SHARED, "activity: [round, ballot bin, [member, ...] who agree, [member, ...] who do not yet]")
SECTION(mine, 13, "activity, round", OWN, VERDICT, OWN, "0: ballot bin  lane': [number, fault, seq]")
SECTION(result, 14, "activity, room (0 = all)", RESULT, RESULT, SHARED, "round: [ballots, heads, held back, tally bin, groups bin, papers]")
SECTION(screen, 15, "0, 0", ALL, STATE, SHARED, "0: [view, activity, room, page]")
SECTION(links, 16, "0, 0", FACILITATOR, STATE, SHARED, "link: [role, revoked, text [name]]")
SECTION(guide, 17, "0, 0", FACILITATOR, STATE, SHARED, "step (0: the workshop): [text [words]]")
SECTION(signals, 18, "room, 0", CREW, STATE, SHARED, "1: [tenure, holder, away, at_ms] of the pen  2: [at_ms, place in the queue, minutes] of the raised hand, 0 and 0: not up; minutes 0: for help  3: the step that the room is done with  4: who leads the discussion  5: [activity, at_ms] that the room talks about")
SECTION(notes, 19, "room, step", NOTES, STATE, SHARED, "note: [id bin8, activity, kind, final, plenary, writing, place, author, at_ms, editor, edited_ms, text [words]]")
SECTION(edits, 20, "room, step", CREW, STATE, SHARED, "note: [[author, at_ms, text [words]], ...] earlier wordings, oldest first")
SECTION(tray, 21, "room, 0", CREW, STATE, SHARED, "item: [id bin8, step, activity, kind, author, tenure (0: a suggestion), at_ms, text [words]]")
SECTION(plenary, 22, "0, 0", ALL, STATE, SHARED, "note: [room, step, activity, kind, final, at_ms, text [words]]")
SECTION(outcome, 23, "activity, 0", BAND, STATE, SHARED, "0: [round, by, override, at_ms, [id, total, voters, ...], text [reason]]")
SECTION(band, 24, "activity, 0", BAND, RESULT, SHARED, "room: [round, ballots, heads, held back, brief bin] of a secret activity whose ballots stay in the room")
SECTION(course, 25, "0, 0", STAFF, STATE, SHARED, "step: [began_ms, at_ms, spent_ms] when the session first stood at it, when it last came or left, how long it stood there before")
SECTION(papers, 26, "activity, 0", FACILITATOR, STATE, SHARED, "room: [announced, entered] ballots on paper in the running round; of a secret activity entered is 0")
