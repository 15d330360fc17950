/* SPDX-License-Identifier: EUPL-1.2 */
#include "sim/inside.h"
#include <stdarg.h>
#include <stdio.h>

/* ---- chance: of the seed alone, never of what a ballot says ---- */

static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static uint64_t draw(struct world *w, uint64_t most)
{
	w->chance = mix(w->chance + 1);
	return w->chance % most;
}

static bool perhaps(struct world *w, unsigned thousandths)
{
	return draw(w, 1000) < thousandths;
}

uint64_t world_draw(struct world *w, uint64_t most)
{
	return draw(w, most);
}

bool world_perhaps(struct world *w, unsigned thousandths)
{
	return perhaps(w, thousandths);
}

void world_fail(struct world *w, const char *format, ...)
{
	if (w->out->failed)
		return;
	w->out->failed = true;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(w->out->reason, sizeof w->out->reason, format, arguments);
	va_end(arguments);
}

#define tell world_tell
void world_tell(struct world *w, const char *format, ...)
{
	if (!w->verbose)
		return;
	printf("%8llu ", (unsigned long long)loop_now(w->loop));
	va_list arguments;
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
}

/* ---- what the checkers see of a page ---- */

static struct actor *actor_of(struct page *page)
{
	return (struct actor *)((char *)page - offsetof(struct actor, page));
}

static struct transport_test *watch_door(struct page *page, void *ctx)
{
	struct world *w = ctx;
	return w->ground->door(w, page);
}

static void watch_broken(struct page *page, const char *what, void *ctx)
{
	world_fail(ctx, "page %u: %s", page->number, what);
}

static void look_at_section(struct world *w, struct actor *actor, struct reader *r)
{
	struct page *page = &actor->page;
	read_array(r);
	uint8_t kind = (uint8_t)read_uint(r);
	uint32_t a = (uint32_t)read_uint(r), b = (uint32_t)read_uint(r);
	read_bool(r);
	for (size_t left = read_array(r); left > 1 && !r->bad; left -= 2) {
		uint64_t key = *r->at == 0xc4 ? (read_bytes(r), UINT64_C(0)) : read_uint(r);
		struct slice value = read_value(r);
		bool nil = value.len == 1 && value.at[0] == 0xc0;
		if (kind == SECTION_result && !nil && a <= ACTIVITIES) {
			bool may = key <= w->questions[a].revealed || (w->turned && w->any_reveal) || (actor->role == FACILITATOR && key <= w->questions[a].looked);
			may |= b != 0 && w->questions[a].rating && !w->questions[a].secret; /* the gate has opened there */
			if (w->questions[a].rating && w->questions[a].secret && b != 0 && actor->role != PERSON)
				world_fail(w, "page %u outside room %u sees the single answers there", page->number, b);
			if (!may)
				world_fail(w, "page %u sees the result of question %u room %u round %llu before its reveal", page->number, a, b,
				     (unsigned long long)key);
		}
	}
	bool own = kind == SECTION_me || kind == SECTION_verdicts || kind == SECTION_ballots;
	if (own && page->actor && a != page->actor)
		world_fail(w, "page %u of actor %u gets section %u of actor %u", page->number, page->actor, kind, a);
	bool staff_only = kind == SECTION_links || kind == SECTION_organisations || kind == SECTION_seats;
	if (actor->role == PERSON && staff_only)
		world_fail(w, "page %u gets section %u", page->number, kind);
}

static void find_canaries(struct actor *actor, struct slice bytes)
{
	static const char canary[] = "Canary-room-";
	actor->canaries_count = 0;
	actor->room_before = page_room(&actor->page);
	for (size_t i = 0; i + sizeof canary < bytes.len; i++)
		if (bytes.at[i] == 'C' && memcmp(bytes.at + i, canary, sizeof canary - 1) == 0 && actor->canaries_count < 8)
			actor->canaries[actor->canaries_count++] = (uint32_t)(bytes.at[i + sizeof canary - 1] - '0');
}

/* P18: the first frame of a connection is not older than what the page said it had seen, if that is on the history that there is. */
static void look_back(struct world *w, struct page *page, struct slice bytes)
{
	struct journal_entry e;
	struct reader r = reader_of(bytes);
	read_array(&r);
	if (read_uint(&r) != MESSAGE_FRAME || page->framed || page->hello.done == 0)
		return;
	uint32_t term = (uint32_t)read_uint(&r);
	uint64_t done = read_uint(&r);
	if (loop_now(w->loop) < w->split_until_ms)
		return;
	bool older = term < page->hello.term || (term == page->hello.term && done < page->hello.done);
	if (older && w->ground->entry(w, page->hello.done, &e) && e.position.term == page->hello.term)
		world_fail(w, "page %u had seen (%u, %llu), and is shown (%u, %llu)", page->number, page->hello.term, (unsigned long long)page->hello.done, term,
			   (unsigned long long)done);
}

static void watch_frame(struct page *page, struct slice bytes, void *ctx)
{
	struct world *w = ctx;
	struct actor *actor = actor_of(page);
	w->out->events++;
	if (bytes.len > LIMIT_FRAME)
		world_fail(w, "page %u gets a frame of %zu bytes", page->number, bytes.len);
	if (!page->framed && bytes.len > LIMIT_FIRST_FRAME)
		world_fail(w, "page %u gets a first frame of %zu bytes", page->number, bytes.len);
	/* The observer: one person, before anything is shown. */
	const char *shown = w->verbose ? getenv("SIM_PAGE") : NULL; /* whose frames are printed */
	if (shown && page->number == (unsigned)atoi(shown)) {
		printf("%8llu page %u gets ", (unsigned long long)loop_now(w->loop), page->number);
		for (size_t i = 0; i < bytes.len && i < 400; i++)
			printf("%02x", bytes.at[i]);
		putchar('\n');
	}
	look_back(w, page, bytes);
	if (page->number == 2 && !w->any_reveal)
		for (size_t i = 0; i < bytes.len; i++)
			w->out->observed = (w->out->observed ^ bytes.at[i]) * 0x100000001b3u;
	find_canaries(actor, bytes);
	struct reader r = reader_of(bytes);
	read_array(&r);
	if (read_uint(&r) != MESSAGE_FRAME)
		return;
	for (int i = 0; i < 4; i++)
		read_uint(&r);
	read_value(&r); /* listing */
	read_value(&r); /* gone */
	for (size_t count = read_array(&r); count && !r.bad; count--)
		look_at_section(w, actor, &r);
}

static void watch_applied(struct page *page, void *ctx)
{
	struct world *w = ctx;
	struct actor *actor = actor_of(page);
	for (uint32_t i = 0; actor->role == PERSON && i < actor->canaries_count; i++)
		if (actor->canaries[i] != page_room(page) && actor->canaries[i] != actor->room_before)
			world_fail(w, "page %u of room %u reads what was said in room %u", page->number, page_room(page), actor->canaries[i]);
}

static struct slice ballot_in(const struct wish *wish)
{
	struct reader r = reader_of(wish->form);
	read_array(&r);
	read_uint(&r);
	read_uint(&r);
	return read_bytes(&r);
}

static void note(struct world *w, struct page *page, const struct wish *wish, bool saved)
{
	if (w->ledger_count == LEDGER_MOST)
		return;
	struct record *record = &w->ledger[w->ledger_count++];
	*record = (struct record){ .person = actor_of(page)->person, .lane = wish->lane, .seq = wish->seq, .number = wish->number, .command = wish->command,
				   .saved = saved, .secret = wish->secret, .activity = wish->subject.a, .page = page->number,
				   .told = page->histories, .at_ms = loop_wall(w->loop) };
	if (wish->secret)
		for (size_t i = 0; i < page->lanes_count; i++)
			if (page->lanes[i].activity == wish->subject.a && page->lanes[i].round == wish->round)
				record->lane = page->lanes[i].lane;
	if (wish->command == COMMAND_ballot) {
		struct reader r = reader_of(wish->form);
		read_array(&r);
		record->round = (uint32_t)read_uint(&r);
		struct slice ballot = ballot_in(wish);
		if (ballot.len <= sizeof record->ballot) {
			memcpy(record->ballot, ballot.at, ballot.len);
			record->ballot_len = ballot.len;
		}
	}
	if (w->ground->noted)
		w->ground->noted(w, record);
}

static void quiet_frame(struct page *page, struct slice bytes, void *ctx)
{
	(void)page;
	(void)bytes;
	(void)ctx;
}

static void quiet_applied(struct page *page, void *ctx)
{
	(void)page;
	(void)ctx;
}

static void watch_saved(struct page *page, const struct wish *wish, void *ctx)
{
	struct world *w = ctx;
	w->out->acknowledged++;
	tell(w, "page %u saved command=%u number=%u seq=%llu", page->number, wish->command, wish->number, (unsigned long long)wish->seq);
	note(w, page, wish, true);
	crew_saved(w, actor_of(page), wish);
}

static void watch_refused(struct page *page, const struct wish *wish, bool kept, void *ctx)
{
	struct world *w = ctx;
	tell(w, "page %u refused command=%u number=%u fault=%s kept=%d", page->number, wish->command, wish->number, fault_name(wish->fault), kept);
	if (kept) {
		w->out->refused++;
		note(w, page, wish, false);
		return;
	}
	w->out->refused_volatile++;
	if (wish->command == COMMAND_ballot && (wish->again || wish->doubtful) && wish->round <= ROUNDS) /* it may have been taken the first time */
		w->people[actor_of(page)->person].uncertain[wish->subject.a][wish->round ? wish->round : 1] = true;
}

/* ---- people ---- */

static struct actor *actor_add(struct world *w, enum role_played role, unsigned person)
{
	if (w->actors_count == PAGES_MOST)
		return NULL;
	struct actor *actor = check_alloc(1, sizeof *actor);
	actor->role = role;
	actor->person = person;
	page_init(&actor->page, (unsigned)w->actors_count, w->loop, &w->watch);
	struct page *page = &actor->page;
	memcpy(page->hello.token, w->people[person].token, 16);
	memcpy(page->hello.secret, w->people[person].secret, 16);
	page->hello.door = role == PERSON ? DOOR_PARTICIPANT : DOOR_LINK;
	page->hello.has_secret = role == PERSON;
	snprintf(page->place, sizeof page->place, "%s", role == PERSON ? w->code : w->sid.text);
	page->hello.place = slice_text(page->place);
	page->delay_ms = draw(w, 3) ? draw(w, 40) : draw(w, 400);
	w->actors[w->actors_count++] = actor;
	if (role == SCREEN) { /* sees, does nothing */
		page_drop_outbox(page);
	}
	page_connect(page);
	return actor;
}

static unsigned person_add(struct world *w)
{
	struct person *person = &w->people[w->people_count];
	loop_random(w->loop, person->token, sizeof person->token);
	loop_random(w->loop, person->secret, sizeof person->secret);
	return w->people_count++;
}

static struct actor *anybody(struct world *w)
{
	struct actor *actor = w->actors[draw(w, w->actors_count)];
	return actor->role == PERSON && !actor->page.gone_for_good ? actor : NULL;
}

/* A ballot out of (seed, person, how many before): the same whatever happens around it. The swapped world gives the others each other's. */
static struct slice made_ballot(struct world *w, unsigned person, const struct question *q, unsigned activity, bool improper, struct pack *out)
{
	unsigned count = w->people[person].cast++, who = person;
	if (w->swapped && person > 2 && !q->by_room) /* a room sees its own ballot */
		who = person ^ 1; /* partners; the observer is person 2, whose partner 3 keeps to itself */
	if (who == 2)
		who = person;
	uint64_t dice = mix(mix(w->seed * 31 + who) + count * 1000 + activity);
	if (q->rating) {
		pack_array(out, 2);
		pack_uint(out, 1);
		pack_uint(out, improper ? 2000 : 1 + 100 * (mix(dice) % 11));
		return pack_bytes(out);
	}
	uint32_t left = q->choice ? 1 + (uint32_t)(dice % 2) : 5, values[ITEMS + 1] = { 0 }, used = 0;
	dice = mix(dice);
	if (dice % 16 == 0 && !improper)
		return slice_of(NULL, 0); /* takes it back */
	for (unsigned tries = 0; left && tries < 12; tries++) {
		dice = mix(dice);
		uint32_t item = 1 + (uint32_t)(dice % ITEMS), most = q->choice ? 1 : 3;
		if (values[item] < most) {
			used += values[item] == 0;
			values[item]++;
			left--;
		}
	}
	if (improper)
		values[1] = 9;
	used = 0;
	for (uint32_t i = 1; i <= ITEMS; i++)
		used += values[i] > 0;
	pack_array(out, 2 * (size_t)used);
	for (uint32_t i = 1; i <= ITEMS; i++)
		if (values[i]) {
			pack_uint(out, i);
			pack_uint(out, values[i]);
		}
	return pack_bytes(out);
}

static void cast(struct world *w, struct actor *actor)
{
	struct page *page = &actor->page;
	struct pack bytes;
	uint32_t activity = 1 + (uint32_t)draw(w, w->questions_count), round = 1, room = page_room(page);
	uint32_t phase = page_phase(page, room ? SCOPE_ROOM | room : 0, activity, &round);
	bool improper = perhaps(w, 60), blind = perhaps(w, 80);
	if ((!(phase & (PHASE_OPEN | PHASE_CLOSING)) && !blind) || round == 0 || round > ROUNDS || page->actor == 0)
		return;
	pack_init(&bytes);
	struct slice ballot = made_ballot(w, actor->person, &w->questions[activity], activity, improper, &bytes);
	page_ballot(page, activity, round, w->questions[activity].secret, ballot);
	pack_finish(&bytes);
}

/* ---- the facilitator ---- */

static void wish(struct world *w, uint16_t command, uint32_t a, uint32_t b, const uint64_t *form, size_t count, const char *words)
{
	struct page *page = &w->actors[0]->page;
	struct pack out, text;
	pack_init(&out);
	pack_init(&text);
	pack_array(&out, count);
	for (size_t i = 0; i < count; i++)
		pack_uint(&out, form[i]);
	if (words) {
		pack_array(&text, 1);
		pack_array(&text, 2);
		pack_str(&text, slice_of(NULL, 0));
		pack_str(&text, slice_text(words));
	}
	tell(w, "facilitator command=%u a=%u b=%u", command, a, b);
	page_wish(page, command, a, b, pack_bytes(&out), pack_bytes(&text));
	pack_finish(&out);
	pack_finish(&text);
}

uint32_t world_rooms(struct world *w)
{
	const struct held *rooms = page_section(&w->actors[0]->page, SECTION_rooms, 0, 0);
	return rooms ? (uint32_t)rooms->count : 0;
}

uint32_t world_members(struct world *w)
{
	uint32_t most = 0;
	for (size_t i = 0; i < w->actors_count; i++)
		if (w->actors[i]->role == PERSON && w->actors[i]->page.actor > most)
			most = w->actors[i]->page.actor;
	return most;
}

static void reveal(struct world *w, uint32_t activity, uint32_t scope, uint32_t round)
{
	w->any_reveal = true;
	if (round > w->questions[activity].revealed)
		w->questions[activity].revealed = round;
	wish(w, COMMAND_reveal, activity, scope, NULL, 0, NULL);
}

static void direct(struct world *w)
{
	struct page *page = &w->actors[0]->page;
	uint32_t activity = 1 + (uint32_t)draw(w, w->questions_count), rooms = world_rooms(w), scope = 0, round = 1;
	if (rooms && perhaps(w, 250))
		scope = SCOPE_ROOM | (1 + (uint32_t)draw(w, rooms));
	if (page->outbox_count > 20)
		return;
	uint32_t phase = page_phase(page, scope, activity, &round);
	uint64_t number = 0;
	struct question *q = &w->questions[activity];
	switch (phase) {
	case PHASE_READY:
		number = draw(w, 3) ? 0 : 500 + draw(w, 6000);
		wish(w, COMMAND_open, activity, scope, &number, 1, NULL);
		break;
	case PHASE_OPEN:
		if (perhaps(w, 400)) {
			number = draw(w, 2);
			wish(w, COMMAND_close, activity, scope, &number, 1, NULL);
		} else if (perhaps(w, 200)) {
			number = draw(w, 4000);
			wish(w, COMMAND_time, 0, scope, &number, 1, NULL);
		} else if (perhaps(w, 60)) {
			w->any_reveal = true;
			if (!q->secret)
				q->looked = round;
			wish(w, COMMAND_look, activity, 0, NULL, 0, NULL);
		}
		break;
	case PHASE_CLOSING:
		if (perhaps(w, 300)) {
			wish(w, COMMAND_hold, activity, scope, NULL, 0, NULL);
		} else {
			number = 1;
			wish(w, COMMAND_close, activity, scope, &number, 1, NULL);
		}
		break;
	case PHASE_CLOSED:
		if (perhaps(w, 200)) {
			number = 0;
			wish(w, COMMAND_open, activity, scope, &number, 1, NULL);
		} else if (world_members(w) && perhaps(w, 200)) {
			number = 1000 + draw(w, 3000);
			wish(w, COMMAND_extra, activity, 1 + (uint32_t)draw(w, world_members(w)), &number, 1, NULL);
		} else if (perhaps(w, 150)) {
			reveal(w, activity, scope, round);
		}
		break;
	case PHASE_SEALED:
		if (perhaps(w, 300))
			reveal(w, activity, scope, round);
		break;
	case PHASE_REVEALED:
		if (perhaps(w, 150))
			wish(w, COMMAND_hide, activity, scope, NULL, 0, NULL);
		else if (perhaps(w, 300) && round < ROUNDS - 1)
			wish(w, COMMAND_ask, activity, 0, NULL, 0, NULL);
		else if (perhaps(w, 300))
			crew_outcome(w, activity);
		break;
	default:
		break;
	}
}

static void manage(struct world *w)
{
	uint32_t rooms = world_rooms(w), members = world_members(w);
	if (w->actors[0]->page.outbox_count > 20)
		return;
	if ((rooms == 0 && w->rooms_wanted) || perhaps(w, 60)) {
		uint64_t form[2] = { draw(w, 2), 0 };
		form[1] = form[0] ? (w->rooms_wanted ? w->rooms_wanted : 1) : 2 + draw(w, 4);
		wish(w, COMMAND_rooms, 0, 0, form, 2, NULL);
	} else if (perhaps(w, 500) && rooms && members) {
		uint64_t form[2] = { 1 + draw(w, members), 1 + draw(w, rooms) };
		wish(w, COMMAND_move, 0, 0, form, 2, NULL);
	} else if (perhaps(w, 700) && rooms) {
		char words[48];
		uint32_t room = 1 + (uint32_t)draw(w, rooms < 9 ? rooms : 9);
		snprintf(words, sizeof words, "Canary-room-%u-%u", room, (unsigned)draw(w, 1000));
		wish(w, COMMAND_say, 0, SCOPE_ROOM | room, NULL, 0, words);
	} else if (perhaps(w, 400)) {
		uint64_t form[4] = { draw(w, 5), 0, 0, 0 };
		wish(w, COMMAND_show, 0, 0, form, 4, NULL);
	} else if (perhaps(w, 500)) {
		wish(w, COMMAND_go, (uint32_t)draw(w, 2), rooms && draw(w, 2) ? SCOPE_ROOM | (1 + (uint32_t)draw(w, rooms)) : 0, NULL, 0, NULL);
	} else if (w->seed % SWAP_EVERY && perhaps(w, 500)) { /* with ballots permuted others would be refused, and a refusal is no entry */
		uint64_t form[2] = { draw(w, 2), 1 + draw(w, 3) }; /* who holds a ballot on it keeps it */
		wish(w, COMMAND_items_hide, 1 + (uint32_t)draw(w, w->questions_count), 0, form, 2, NULL);
	} else {
		wish(w, COMMAND_merge, 1 + (uint32_t)draw(w, 3), 1 + (uint32_t)draw(w, 3), NULL, 0, NULL);
	}
}

/* After the trouble: everything is closed and shown. */
static void finish_agenda(struct world *w)
{
	struct page *page = &w->actors[0]->page;
	uint32_t rooms = world_rooms(w);
	uint64_t one = 1;
	bool all = true;
	if (page->outbox_count)
		return;
	for (uint32_t activity = 1; activity <= w->questions_count; activity++) {
		uint32_t round = 1, session = page_phase(page, 0, activity, &round);
		bool begun = session != PHASE_READY, runs = false;
		for (uint32_t r = 0; r <= rooms; r++) {
			uint32_t scope = r ? SCOPE_ROOM | r : 0, phase = page_phase(page, scope, activity, NULL);
			begun |= phase != PHASE_READY && phase != 0;
			if (phase & (PHASE_OPEN | PHASE_CLOSING)) {
				runs = true;
				wish(w, COMMAND_close, activity, scope, &one, 1, NULL);
			}
		}
		if (begun && !runs && session != PHASE_REVEALED && (!w->questions[activity].secret || session == PHASE_SEALED))
			reveal(w, activity, 0, round);
		all &= !begun || session == PHASE_REVEALED;
	}
	if (all && !w->ended && w->seed % 3 == 0) {
		w->ended = true;
		wish(w, COMMAND_end, 0, 0, NULL, 0, NULL);
	}
}

/* ---- mishaps ---- */

struct house_parts world_parts(struct world *w)
{
	return (struct house_parts){ .transport = &transport_test_ops, .creation_key = slice_text("key"), .snapshot_entries = 20 + w->seed % 60 };
}

struct hall *world_hall(struct world *w)
{
	struct hall *hall = NULL;
	for (unsigned i = 0; i < w->houses_count && (hall == NULL || !hall_serves(hall)); i++)
		hall = w->houses[i] ? house_hall(w->houses[i], w->sid) : hall;
	return hall;
}

static void night(struct world *w)
{
	tell(w, "night");
	w->out->nights++;
	for (size_t i = 0; i < w->actors_count; i++)
		page_sleep(&w->actors[i]->page, NIGHT_MS + draw(w, 1000));
}

static void people_trouble(struct world *w)
{
	struct actor *actor = w->actors[draw(w, w->actors_count)];
	struct page *page = &actor->page;
	w->out->reconnects++;
	switch (draw(w, 8)) {
	case 0:
	case 1:
		page_cut(page);
		break;
	case 2:
		page_reload(page);
		break;
	case 3:
		page_sleep(page, draw(w, 4000));
		break;
	case 4:
		if (page->conn) { /* reads nothing for a while */
			actor->slow_until_ms = loop_now(w->loop) + 200 + draw(w, 3000);
			transport_test_pace(page->conn, page->delay_ms, 0);
		}
		break;
	case 5:
		if (actor->role == PERSON && w->people_count < PEOPLE_MOST && draw(w, 3) == 0)
			actor_add(w, PERSON, actor->person); /* a second device */
		break;
	case 6:
		if (w->people_count < PEOPLE_MOST && draw(w, 2))
			actor_add(w, PERSON, person_add(w));
		break;
	default:
		if (actor->role == PERSON && page->number > 2 && page->outbox_count == 0 && draw(w, 3) == 0)
			page_leave(page);
		break;
	}
}

/* A page that sends again what was judged long ago, or what nobody can read. */
static void confusion(struct world *w)
{
	struct actor *actor = anybody(w);
	struct pack out;
	if (actor == NULL || actor->page.actor == 0 || actor->page.number == 2)
		return;
	struct page *page = &actor->page;
	pack_init(&out);
	if (draw(w, 8) == 0) {
		page_send_raw(page, slice_of("\x93\x01\x02\x03", 4));
		page->gone_for_good = false;
		tell(w, "page %u sends nonsense", page->number);
		/* It will be closed with 4000, and comes back as a new page would. */
	} else {
		struct command_message again = { .lane = page->hello.lane, .number = 1 + (uint32_t)draw(w, page->next_number), .again = draw(w, 2),
						 .command = COMMAND_profile, .form = slice_of("\x91\x00", 2) };
		uint32_t below = page->next_number; /* never a number that the page will still use */
		for (size_t i = 0; i < page->outbox_count; i++)
			if (!page->outbox[i]->secret && page->outbox[i]->number < below)
				below = page->outbox[i]->number;
		if (again.number < below) {
			command_encode(&again, &out);
			page_send_raw(page, pack_bytes(&out));
		}
	}
	pack_finish(&out);
}

/* ---- the run ---- */

static void drain(struct world *w)
{
	for (size_t i = 0; i < w->actors_count; i++) {
		struct actor *actor = w->actors[i];
		struct page *page = &actor->page;
		if (actor->slow_until_ms && (w->calm || loop_now(w->loop) >= actor->slow_until_ms)) {
			actor->slow_until_ms = 0;
			if (page->conn)
				transport_test_pace(page->conn, page->delay_ms, 8);
		}
		if (page->gone_for_good && page->last_close == CLOSE_MALFORMED) { /* it sent nonsense; somebody reloads it */
			page->gone_for_good = false;
			page->last_close = 0;
			page_connect(page);
		}
		if (page->gone_for_good && page->last_bye == FAULT_no_session && w->ground->nowhere && w->ground->nowhere(w))
			page_again(page);
	}
}

static void trouble(struct world *w)
{
	unsigned what = (unsigned)draw(w, 1000);
	w->out->events++;
	if (what < 480) {
		struct actor *actor = anybody(w);
		if (actor && draw(w, 2) == 0)
			crew_act(w, actor);
		else if (actor)
			cast(w, actor);
	} else if (what < 700) {
		direct(w);
	} else if (what < 770) {
		manage(w);
	} else if (what < 800) {
		crew_direct(w);
	} else if (what < 900) {
		people_trouble(w);
	} else if (what < 940) {
		confusion(w);
	} else if (what < 940 + w->ground->mishaps) {
		w->ground->mishap(w);
	} else if (what < 948 + w->ground->mishaps) {
		w->ground->crash(w);
	} else if (what < 950 + w->ground->mishaps && w->out->nights < 1) {
		night(w);
	} else {
		checks_now(w);
	}
}

static void on_created(enum fault fault, struct slice answer, void *ctx)
{
	struct world *w = ctx;
	struct reader r = reader_of(answer);
	if (fault != FAULT_none) {
		world_fail(w, "creation refused: %s", fault_name(fault));
		return;
	}
	read_array(&r);
	struct slice sid = read_bytes(&r), code = read_bytes(&r);
	CHECK(sid_parse(sid, &w->sid) && code.len < sizeof w->code);
	memcpy(w->code, code.at, code.len);
	w->created = true;
}

static void text_put(struct pack *out, unsigned words)
{
	pack_array(out, 1);
	pack_array(out, 1 + (size_t)words);
	pack_str(out, slice_text("sv"));
	while (words--)
		pack_str(out, slice_text("ord"));
}

static void create(struct world *w)
{
	struct pack body, config;
	pack_init(&body);
	pack_init(&config);
	pack_array(&body, 11);
	pack_uint(&body, 1);
	pack_bool(&body, true);
	pack_str(&body, slice_text("sv"));
	pack_uint(&body, 0);
	pack_uint(&body, GRACE);
	pack_str(&body, slice_text("sim@1"));
	text_put(&body, 1);
	text_put(&body, 1);
	pack_array(&body, 2);
	for (unsigned i = 0; i < 2; i++) {
		unsigned person = person_add(w);
		struct digest hash = digest_plain(slice_of(w->people[person].token, 16));
		pack_array(&body, 3);
		pack_uint(&body, i ? ROLE_SCREEN : ROLE_FACILITATOR);
		pack_bin(&body, slice_of(hash.bytes, sizeof hash.bytes));
		text_put(&body, 1);
	}
	pack_array(&body, 1);
	pack_array(&body, 8);
	pack_uint(&body, 10);
	for (int i = 0; i < 3; i++)
		pack_uint(&body, 0);
	pack_array(&body, 0);
	text_put(&body, 2);
	text_put(&body, 1);
	pack_array(&body, w->questions_count);
	for (unsigned a = 1; a <= w->questions_count; a++) {
		struct question *q = &w->questions[a];
		q->choice = draw(w, 2);
		q->secret = draw(w, 2);
		q->by_room = !q->secret && draw(w, 3) == 0;
		q->rating = draw(w, 3) == 0;
		pack_array(&body, 8);
		pack_str(&body, slice_text(q->rating ? "rating" : q->choice ? "choice" : "dots"));
		pack_uint(&body, q->by_room ? 2 : 1);
		pack_bool(&body, q->secret);
		pack_clear(&config);
		pack_array(&config, q->rating ? 1 : 2);
		pack_uint(&config, q->rating ? w->seed % SWAP_EVERY != 0 : q->choice ? 1 : 5); /* who has taken theirs back differs between twins */
		if (!q->rating)
			pack_uint(&config, q->choice ? 2 : 3);
		pack_bin(&body, pack_bytes(&config));
		pack_str(&body, slice_text(""));
		text_put(&body, 2);
		pack_array(&body, 2);
		for (unsigned g = 1; g <= 2; g++) {
			pack_array(&body, 2);
			pack_uint(&body, g);
			text_put(&body, 1);
		}
		pack_array(&body, ITEMS);
		for (unsigned i = 0; i < ITEMS; i++) {
			pack_array(&body, 2);
			pack_uint(&body, 1 + i % 2);
			text_put(&body, 1);
		}
	}
	pack_array(&body, 0);
	house_create_session(w->houses[0], pack_bytes(&body), slice_text("key"), "192.0.2.1", on_created, w);
	pack_finish(&body);
	pack_finish(&config);
	loop_test_advance(w->test, 1000);
	if (!w->created)
		world_fail(w, "creation was not answered");
}

static bool quiet(struct world *w)
{
	if (!w->ground->quiet(w))
		return false;
	for (size_t i = 0; i < w->actors_count; i++) {
		const struct page *page = &w->actors[i]->page;
		if (page->gone_for_good)
			continue;
		if (page->conn == NULL || !page->framed || page->outbox_count)
			return false;
	}
	return true;
}

static void world_start(struct world *w)
{
	w->test = loop_test_create(w->seed);
	w->loop = loop_test_loop(w->test);
	w->watch = (struct page_watch){ .ctx = w, .door = watch_door, .frame = watch_frame, .applied = watch_applied, .saved = watch_saved, .refused = watch_refused,
					.broken = watch_broken };
	w->quiet_watch = w->watch;
	w->quiet_watch.frame = quiet_frame;
	w->quiet_watch.applied = quiet_applied;
	w->ledger = check_alloc(LEDGER_MOST, sizeof *w->ledger);
	w->texts = check_alloc(TEXTS_MOST, sizeof *w->texts);
	w->questions_count = 1 + (unsigned)draw(w, ACTIVITIES);
	w->rooms_wanted = (unsigned)draw(w, 5);
	w->ground->start(w);
	create(w);
	if (!w->created)
		return;
	actor_add(w, FACILITATOR, 0);
	actor_add(w, SCREEN, 1);
	unsigned people = 2 + (unsigned)draw(w, draw(w, 4) ? 8 : 16);
	for (unsigned i = 0; i < people; i++)
		actor_add(w, PERSON, person_add(w));
	loop_test_advance(w->test, 500 + draw(w, 1500));
}

static void world_end(struct world *w)
{
	for (size_t i = 0; i < w->actors_count; i++) {
		page_finish(&w->actors[i]->page);
		free(w->actors[i]);
	}
	w->ground->end(w);
	loop_test_destroy(w->test);
	free(w->ledger);
	free(w->texts);
}

void world_run(const struct ground *ground, uint64_t seed, bool swapped, bool verbose, struct world_result *out)
{
	struct world w = { .ground = ground, .seed = seed, .chance = mix(seed), .swapped = swapped, .verbose = verbose, .out = out };
	*out = (struct world_result){ .observed = 0xcbf29ce484222325u };
	world_start(&w);
	uint64_t until = loop_now(w.loop) + TROUBLE_MS;
	while (w.created && !w.gone && !out->failed && loop_now(w.loop) < until) {
		uint64_t before = loop_now(w.loop);
		loop_test_advance(w.test, 1 + draw(&w, 120));
		drain(&w);
		trouble(&w);
		if (w.out->nights && loop_now(w.loop) - before < NIGHT_MS && w.out->nights == 1 && !w.over) { /* sleep through it */
			w.over = true;
			loop_test_advance(w.test, NIGHT_MS + 30 * 1000);
			until += NIGHT_MS + 30 * 1000;
		}
	}
	/* The trouble is over: everybody must find together again. */
	w.calm = true;
	if (w.created)
		w.ground->heal(&w);
	uint64_t calm_until = loop_now(w.loop) + CALM_MS;
	unsigned calm_turns = 0;
	while (w.created && !w.gone && !out->failed && loop_now(w.loop) < calm_until && calm_turns < 12) {
		loop_test_advance(w.test, 500);
		drain(&w);
		finish_agenda(&w);
		calm_turns = quiet(&w) && w.actors[0]->page.outbox_count == 0 ? calm_turns + 1 : 0;
	}
	w.calm_since_ms = loop_now(w.loop);
	if (w.created && !w.gone && !out->failed && calm_turns < 12)
		checks_liveness(&w);
	if (w.created && !w.gone && !out->failed)
		checks_end(&w);
	world_end(&w);
}
