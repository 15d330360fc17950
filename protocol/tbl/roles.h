/* SPDX-License-Identifier: EUPL-1.2 */
/* ROLE(name, bit, meaning): who may do and see what. A connection holds a set of them. Bits never change. */
ROLE(ANYONE, 1, "whoever has come in by a door, also before a join")
ROLE(PARTICIPANT, 2, "has joined")
ROLE(PEN, 4, "holds the room's pen: stands in `signals`, never in a set of roles")
ROLE(LEADER, 8, "leads the room's discussion: stands in `signals`, never in a set of roles")
ROLE(FACILITATOR, 16, "holds a facilitator's or deputy's link")
ROLE(SCREEN, 32, "holds a shared screen's link: sees, does nothing")
ROLE(HOUSE, 64, "the daemon itself: what time, presence or a head count brought about")
ROLE(INTAKE, 128, "the daemon on behalf of a person whom the entry does not name")
