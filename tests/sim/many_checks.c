/* SPDX-License-Identifier: EUPL-1.2 */
/* What must hold of several houses. The log that counts is the list in the Redis that is the primary; it is read here as daemon/redis/README.md says, apart from
 * the daemon. A *name* is (lane, number): a command keeps it wherever and however often it stands. */
#include "sim/many.h"
#include <inttypes.h>

/* ---- sets ---- */

static uint64_t scatter(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static struct name_known *name_at(const struct names *names, uint64_t lane, uint32_t number)
{
	size_t i = scatter(lane + number) & (names->room - 1);
	while (names->at[i].used && (names->at[i].lane != lane || names->at[i].number != number))
		i = (i + 1) & (names->room - 1);
	return &names->at[i];
}

bool many_name_has(const struct names *names, uint64_t lane, uint32_t number)
{
	return names->room && name_at(names, lane, number)->used;
}

void many_names_finish(struct names *names)
{
	free(names->at);
	*names = (struct names){ 0 };
}

void many_name_put(struct names *names, uint64_t lane, uint32_t number)
{
	if (2 * names->count >= names->room) {
		struct names more = { .room = names->room ? 2 * names->room : 256 };
		more.at = check_alloc(more.room, sizeof *more.at);
		for (size_t i = 0; i < names->room; i++)
			if (names->at[i].used)
				many_name_put(&more, names->at[i].lane, names->at[i].number);
		free(names->at);
		*names = more;
	}
	struct name_known *at = name_at(names, lane, number);
	names->count += !at->used;
	*at = (struct name_known){ lane, number, true };
}

/* ---- the log as Redis has it ---- */

static const char *list_of(struct sid sid)
{
	static char key[64];
	snprintf(key, sizeof key, "bp:{%s}:l", sid.text);
	return key;
}

uint64_t many_length(const struct redis_model_server *server, struct sid sid)
{
	return redis_model_length(server, list_of(sid));
}

static uint64_t number_in(const uint8_t *at, size_t bytes)
{
	uint64_t value = 0;
	while (bytes--)
		value = value << 8 | *at++;
	return value;
}

bool many_line(const struct redis_model_server *server, struct sid sid, uint64_t seq, struct journal_entry *out)
{
	enum { AT = 4, STRUCK = 12, DIGEST = 53, LENGTHS = 101, BODY = 111 };
	struct slice line = seq ? redis_model_element(server, list_of(sid), seq - 1) : slice_of(NULL, 0);
	if (line.len < BODY)
		return false;
	size_t head = number_in(line.at + LENGTHS, 2), form = number_in(line.at + LENGTHS + 2, 4), text = number_in(line.at + LENGTHS + 6, 4);
	CHECK(line.len == BODY + head + form + text);
	*out = (struct journal_entry){ .position = { (uint32_t)number_in(line.at, 4), seq }, .at_ms = number_in(line.at + AT, 8), .struck = line.at[STRUCK] };
	out->body.head = slice_of(line.at + BODY, head);
	out->body.form = slice_of(line.at + BODY + head, form);
	out->body.text = slice_of(line.at + BODY + head + form, text);
	memcpy(out->body.digest, line.at + DIGEST, 32);
	return true;
}

static void name_in(const struct journal_entry *e, uint64_t *lane, uint32_t *number)
{
	CHECK(e->body.head.len >= 20); /* protocol/README.md 6.1 */
	*lane = number_in(e->body.head.at + 8, 8);
	*number = (uint32_t)number_in(e->body.head.at + 16, 4);
}

static void names_of(const struct redis_model_server *server, struct sid sid, struct names *out)
{
	struct journal_entry e;
	uint64_t lane, length = many_length(server, sid);
	uint32_t number;
	for (uint64_t seq = 1; seq <= length && many_line(server, sid, seq, &e); seq++) {
		name_in(&e, &lane, &number);
		if (lane)
			many_name_put(out, lane, number);
	}
}

/* Whatever log there is that may still count. */
static struct names names_in_logs(const struct many *many)
{
	struct names names = { 0 };
	names_of(many_primary(many), many->w->sid, &names);
	if (many->site == SITE_SPLIT)
		names_of(many->servers[1 - many->primary], many->w->sid, &names);
	return names;
}

/* ---- digests: two houses at one position are the same ---- */

static struct state_known *state_at(const struct states *states, struct position position)
{
	size_t i = scatter((uint64_t)position.term << 32 ^ position.seq) & (states->room - 1);
	while (states->at[i].position.seq && (states->at[i].position.seq != position.seq || states->at[i].position.term != position.term))
		i = (i + 1) & (states->room - 1);
	return &states->at[i];
}

static struct state_known *state_put(struct states *states, struct position position)
{
	if (2 * states->count >= states->room) {
		struct states more = { .room = states->room ? 2 * states->room : 1024 };
		more.at = check_alloc(more.room, sizeof *more.at);
		for (size_t i = 0; i < states->room; i++)
			if (states->at[i].position.seq)
				*state_put(&more, states->at[i].position) = states->at[i];
		free(states->at);
		*states = more;
	}
	struct state_known *at = state_at(states, position);
	if (at->position.seq == 0)
		states->count++;
	return at;
}

bool many_well(const struct machine *machine, unsigned server, uint64_t ms)
{
	const struct many *many = machine->w->many;
	return machine->state == MACHINE_UP && machine->part_timer == NULL && machine->aside == (server != many->primary) &&
	       loop_now(machine->w->loop) - machine->well_ms >= ms;
}

/* In the history that it has now, not as something to be offered again. */
static bool holds(const struct machine *machine, const struct record *record)
{
	for (uint64_t seq = 1; machine->tap && seq <= tap_seq(machine->tap) && seq < machine->order_room; seq++)
		if (machine->order[seq].lane == record->lane && machine->order[seq].number == record->number)
			return true;
	return false;
}

/* A log was opened under another term. Whoever had been well for a while had been waited for, and had written back all it had; what only others have comes too late, if at all. */
static void look_at_opening(struct many *many, unsigned server)
{
	struct world *w = many->w;
	char key[64];
	snprintf(key, sizeof key, "bp:{%s}:m", w->sid.text);
	struct slice field = redis_model_field(many->servers[server], key, "term");
	uint64_t term = 0;
	for (size_t i = 0; i < field.len; i++)
		term = 10 * term + field.at[i] - '0';
	if (term == many->terms[server] || !slice_equal(redis_model_field(many->servers[server], key, "rid"), slice_text(redis_model_rid(many->servers[server]))))
		return; /* as it was, or closed */
	many->terms[server] = term;
	struct names log = { 0 };
	names_of(many->servers[server], w->sid, &log);
	for (size_t i = 0; i < w->ledger_count; i++) {
		struct record *record = &w->ledger[i];
		bool had = many_name_has(&log, record->lane, record->number);
		for (unsigned m = 0; m < MACHINES && !had && record->saved && !record->late && !record->excused; m++)
			if (many_well(&many->machines[m], server, WAITED_MS) && holds(&many->machines[m], record))
				world_fail(w, "the log was opened under term %" PRIu64 " without command %u number %u of page %u, which instance %u has", term,
					   record->command, record->number, record->page, m);
		for (unsigned m = 0; m < MACHINES && !had; m++) {
			const struct machine *machine = &many->machines[m];
			had = many_well(machine, server, WELL_MS) && many_name_has(&machine->names, record->lane, record->number);
		}
		record->late |= !had;
	}
	many_names_finish(&log);
}

static void order_put(struct machine *machine, uint64_t seq, uint64_t lane, uint32_t number)
{
	if (seq >= machine->order_room) {
		size_t room = 2 * (size_t)seq + 64;
		machine->order = check_realloc(machine->order, room, sizeof *machine->order);
		memset(machine->order + machine->order_room, 0, (room - machine->order_room) * sizeof *machine->order);
		machine->order_room = room;
	}
	machine->order[seq] = (struct name_known){ lane, number, true };
}

static struct offer *offer_find(struct many *many, const uint8_t digest[32])
{
	for (size_t i = many->offers_count; i-- > 0;)
		if (memcmp(many->offers[i].digest, digest, 32) == 0)
			return &many->offers[i];
	return NULL;
}

void many_offered(struct many *many, const uint8_t digest[32])
{
	struct offer *offer = offer_find(many, digest);
	if (offer == NULL) {
		if (many->offers_count == many->offers_room) {
			many->offers_room = many->offers_room ? 2 * many->offers_room : 256;
			many->offers = check_realloc(many->offers, many->offers_room, sizeof *many->offers);
		}
		offer = &many->offers[many->offers_count++];
		*offer = (struct offer){ .taken = 0 };
		memcpy(offer->digest, digest, 32);
	}
	offer->taken++;
}

void many_refused(struct many *many, const uint8_t digest[32])
{
	struct offer *offer = offer_find(many, digest);
	if (offer)
		offer->refused++;
}

/* Promise 4: what was refused each time it was offered is in no log. */
static void look_at_offers(struct many *many, const struct journal_entry *e)
{
	struct offer *offer = offer_find(many, e->body.digest);
	if (offer && !offer->stands && offer->taken == offer->refused)
		world_fail(many->w, "entry (%u, %" PRIu64 ") was said to be refused, and stands in the log", e->position.term, e->position.seq);
	if (offer)
		offer->stands = true;
}

void many_applied(struct machine *machine, const struct journal_entry *e)
{
	struct world *w = machine->w;
	for (unsigned i = 0; i < SERVERS; i++)
		if (i == w->many->primary || w->many->site == SITE_SPLIT)
			look_at_opening(w->many, i);
	struct hall *hall = house_hall(machine->house, w->sid);
	uint64_t lane;
	uint32_t number;
	name_in(e, &lane, &number);
	look_at_offers(w->many, e);
	if (lane && !(e->struck & JOURNAL_FORM)) /* who has only what is left of it has nothing to offer again */
		many_name_put(&machine->names, lane, number);
	order_put(machine, e->position.seq, lane, number);
	machine->blurred |= (e->struck & JOURNAL_FORM) != 0;
	if (hall == NULL || !hall_serves(hall) || session_seq(hall->session) != e->position.seq)
		return;
	struct state_known *known = state_put(&w->many->states, e->position);
	uint64_t digest = session_digest(hall->session);
	if (known->position.seq && known->digest == digest)
		machine->blurred = false;
	if (machine->blurred)
		return;
	if (known->position.seq == 0) {
		*known = (struct state_known){ e->position, digest, machine->number };
		return;
	}
	w->out->compared++;
	if (known->digest != digest) {
		w->out->divergences++;
		world_fail(w, "instances %u and %u differ at (%u, %" PRIu64 ")", known->machine, machine->number, e->position.term, e->position.seq);
	}
}

/* ---- who has what, and whom a loss excuses ---- */

static bool somebody_has(const struct many *many, const struct record *record)
{
	for (unsigned i = 0; i < MACHINES; i++)
		if (many_alive(&many->machines[i]) && many_name_has(&many->machines[i].names, record->lane, record->number))
			return true;
	return false;
}

/* It no longer holds what it has closed; but what no log has it must not let go of, so that goes on being its own. */
void many_let_go(struct machine *machine)
{
	struct many *many = machine->w->many;
	struct names logs = names_in_logs(many), left = { 0 };
	for (size_t i = 0; i < machine->names.room; i++) {
		const struct name_known *name = &machine->names.at[i];
		if (name->used && (many->site == SITE_DOWN || !many_name_has(&logs, name->lane, name->number)))
			many_name_put(&left, name->lane, name->number);
	}
	many_names_finish(&machine->names);
	many_names_finish(&logs);
	machine->names = left;
}

void many_audit(struct many *many)
{
	struct world *w = many->w;
	if (!w->created || many->site == SITE_DOWN) /* what its file has shows when it is back */
		return;
	struct names logs = names_in_logs(many);
	bool any = logs.count > 0;
	for (unsigned i = 0; i < MACHINES; i++)
		any |= many_alive(&many->machines[i]) && many->machines[i].names.count > 0;
	for (size_t i = 0; i < w->ledger_count; i++) {
		struct record *record = &w->ledger[i];
		if (!record->excused && !many_name_has(&logs, record->lane, record->number) && !somebody_has(many, record)) {
			record->excused = true;
			world_tell(w, "nobody has command %u number %u of page %u any more", record->command, record->number, record->page);
		}
	}
	many_names_finish(&logs);
	if (!any && w->ledger_count && !w->gone) { /* Redis came back empty, and nobody was left who had the session */
		w->gone = true;
		w->out->gone++;
		for (size_t i = 0; i < w->ledger_count; i++)
			w->out->excused += w->ledger[i].saved;
		world_tell(w, "the session is gone");
	}
}

void many_noted(struct world *w, struct record *record)
{
	struct many *many = w->many;
	if (many->site == SITE_DOWN)
		return;
	struct names logs = names_in_logs(many);
	record->excused = !many_name_has(&logs, record->lane, record->number) && !somebody_has(many, record);
	many_names_finish(&logs);
}

/* P13: where "saved" waits for a replica, the losing side of a split has acknowledged nothing. */
void many_reunion(struct many *many, const struct redis_model_server *loser)
{
	struct world *w = many->w;
	struct journal_entry e;
	uint64_t lane;
	uint32_t number;
	struct names winner = { 0 }, theirs = { 0 };
	names_of(many_primary(many), w->sid, &winner);
	names_of(loser, w->sid, &theirs);
	for (size_t i = 0; i < w->ledger_count; i++)
		if (many_name_has(&theirs, w->ledger[i].lane, w->ledger[i].number) && !many_name_has(&winner, w->ledger[i].lane, w->ledger[i].number))
			w->ledger[i].late = true; /* who went over to the winning side may have gone on there */
	many_names_finish(&winner);
	many_names_finish(&theirs);
	if (many->durability != REDIS_DURABILITY_REPLICATED)
		return;
	for (uint64_t seq = 1; many_line(loser, w->sid, seq, &e); seq++) {
		name_in(&e, &lane, &number);
		for (size_t i = 0; e.at_ms > many->split_ms && i < w->ledger_count; i++) {
			const struct record *record = &w->ledger[i];
			if (record->lane == lane && record->number == number && record->seq == seq && record->at_ms >= e.at_ms)
				world_fail(w, "the losing side of a split has told page %u that command %u number %u is %s, at seq %" PRIu64, record->page,
					   record->command, record->number, record->saved ? "saved" : "refused", record->seq);
		}
	}
}

/* ---- at the end ---- */

static struct actor *actor_numbered(struct world *w, unsigned number)
{
	return number < w->actors_count ? w->actors[number] : NULL;
}

static void must_be_told(struct world *w, const struct record *record, const char *what)
{
	const struct actor *actor = actor_numbered(w, record->page);
	if (actor == NULL || actor->page.gone_for_good)
		return;
	w->out->told++;
	if (actor->page.histories <= record->told)
		world_fail(w, "page %u was told that command %u number %u is %s at seq %" PRIu64 "; it %s, and nobody told it that history changed", record->page,
			   record->command, record->number, record->saved ? "saved" : "refused", record->seq, what);
}

/* Walks the log once more from the first entry and asks what became of each record: it stands there, its effect once, and where it is judged otherwise than the page
 * was told the page has heard of it. From then on the ledger says what the log says. */
void many_ledger(struct world *w)
{
	struct {
		bool usurped; /* a confused page has used its number for something else, in a history that had not seen it */
		bool found, taken, overtaken, struck; /* overtaken: a higher number of its lane is there. struck: what was judged is gone; the page is believed */
		uint64_t seq;
	} *fates = check_alloc(w->ledger_count + 1, sizeof *fates);
	struct session *s = session_create(w->sid);
	struct journal_entry e;
	struct entry entry;
	for (uint64_t seq = 1; many_line(many_primary(w->many), w->sid, seq, &e); seq++) {
		CHECK(entry_decode(e.body.head, e.body.form, e.body.text, e.struck, e.body.digest, &entry));
		entry.term = e.position.term;
		entry.seq = seq;
		entry.at_ms = e.at_ms;
		bool kept = false;
		session_would_refuse(s, &entry, &kept);
		enum fault verdict = session_step(s, &entry);
		session_changes_clear(s);
		bool struck = (entry.struck & ENTRY_FORM) != 0, taken = !kept && !struck && verdict <= FAULT_recovered;
		for (size_t i = 0; entry.name.lane && i < w->ledger_count; i++) {
			const struct record *record = &w->ledger[i];
			if (entry.name.lane != record->lane)
				continue;
			fates[i].overtaken |= entry.name.number > record->number;
			if (entry.name.number != record->number)
				continue;
			if (entry.command != record->command && !(record->secret && entry.command == COMMAND_secret_ballot)) {
				fates[i].usurped = true;
				continue;
			}
			if (taken && fates[i].taken)
				world_fail(w, "command %u number %u of page %u counts at %" PRIu64 " and at %" PRIu64, record->command, record->number, record->page,
					   fates[i].seq, seq);
			if (!fates[i].found || (taken && !fates[i].taken))
				fates[i].seq = seq;
			fates[i].found = true;
			fates[i].struck |= struck;
			fates[i].taken |= taken;
		}
	}
	session_destroy(s);
	for (size_t i = 0; i < w->ledger_count; i++) {
		struct record *record = &w->ledger[i];
		bool too_late = !fates[i].found && record->saved && !record->excused && (fates[i].usurped || (record->late && fates[i].overtaken));
		w->out->late += too_late;
		if (!fates[i].found && record->saved && !record->excused && !too_late) {
			w->out->lost++;
			world_fail(w, "page %u was told that command %u number %u is saved at seq %" PRIu64 ", and it is in the log no more%s", record->page, record->command,
				   record->number, record->seq, fates[i].overtaken ? ": overtaken" : record->secret ? ": secret" : "");
		}
		w->out->excused += !fates[i].found && record->saved && record->excused;
		if (!fates[i].found && record->saved)
			must_be_told(w, record, "is lost");
		bool unknown = fates[i].struck && fates[i].seq != record->seq; /* came again, was judged again, and the judgement went with the strike */
		if (fates[i].struck)
			fates[i].taken = record->saved;
		if (unknown && record->round <= ROUNDS)
			w->people[record->person].uncertain[record->activity][record->round] = true;
		if (fates[i].found && record->saved != fates[i].taken) {
			w->out->undone += record->saved;
			must_be_told(w, record, fates[i].taken ? "was taken after all" : "was judged otherwise after all");
		}
		record->saved = fates[i].taken && !unknown;
		record->gone = !fates[i].found || unknown;
		record->seq = fates[i].seq;
	}
	for (size_t i = 0; i < w->texts_count; i++)
		if (w->texts[i].record)
			w->texts[i].seq = w->ledger[w->texts[i].record - 1].saved ? w->ledger[w->texts[i].record - 1].seq : 0;
	free(fates);
}

struct copy { /* what one instance reads, against Redis */
	struct machine *machine;
	uint64_t seq;
	bool ended;
};

static void on_read(const struct journal_entry *e, enum journal_status status, void *ctx)
{
	struct copy *copy = ctx;
	struct world *w = copy->machine->w;
	struct journal_entry theirs;
	if (e == NULL) {
		copy->ended = true;
		if (status != JOURNAL_OK)
			world_fail(w, "instance %u cannot read its log: status %d", copy->machine->number, status);
		return;
	}
	copy->seq++;
	bool same = e->position.seq == copy->seq && many_line(many_primary(w->many), w->sid, copy->seq, &theirs) && theirs.position.term == e->position.term &&
		    theirs.at_ms == e->at_ms && theirs.struck == e->struck && memcmp(theirs.body.digest, e->body.digest, 32) == 0 &&
		    slice_equal(theirs.body.head, e->body.head) && slice_equal(theirs.body.form, e->body.form) && slice_equal(theirs.body.text, e->body.text);
	if (!same) {
		w->out->divergences++;
		world_fail(w, "instance %u reads another entry %" PRIu64 " than Redis has", copy->machine->number, copy->seq);
	}
}

void many_check(struct world *w)
{
	struct many *many = w->many;
	uint64_t length = many_length(many_primary(many), w->sid);
	for (unsigned i = 0; i < MACHINES; i++) {
		struct machine *machine = &many->machines[i];
		struct copy copy = { machine, 0, false };
		struct hall *hall = house_hall(machine->house, w->sid);
		struct journal_entry e;
		if (hall && hall->session && many_line(many_primary(many), w->sid, length, &e)) { /* also of one that came by a snapshot */
			machine->blurred = false;
			e.struck = 0;
			many_applied(machine, &e);
		}
		machine->journal.ops->read(machine->journal.self, w->sid, 1, UINT64_MAX, on_read, &copy);
		loop_test_advance(w->test, 500);
		if (!copy.ended || copy.seq < length) /* what a gate or a pen waits for may still come */
			world_fail(w, "instance %u reads %" PRIu64 " entries, Redis has %" PRIu64 "%s", i, copy.seq, length, copy.ended ? "" : ", and it does not end");
	}
}
