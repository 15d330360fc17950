/* SPDX-License-Identifier: EUPL-1.2 */
/* PHASE(name, bit, meaning): where an activity stands in a scope. Exactly one; sets of them are sums. Bits never change. */
PHASE(READY, 1, "not asked yet")
PHASE(OPEN, 2, "ballots are taken")
PHASE(CLOSING, 4, "the grace: ballots are still taken")
PHASE(CLOSED, 8, "no more ballots")
PHASE(SEALED, 16, "secret ballots are sorted and the voters' keys forgotten")
PHASE(REVEALED, 32, "everybody may see the result")
