/* SPDX-License-Identifier: EUPL-1.2 */
#include "crowd.h"
#include "base/check.h"
#include "base/limits.h"

enum { BACKOFF_FIRST_MS = 500, BACKOFF_MOST_MS = 10000 };

static const char *const first_names[] = { "Aino",    "Bo",    "Cecilia", "David", "Elsa", "Farah", "Gunnar", "Hanna",
					   "Ibrahim", "Jonna", "Karin",   "Lars",  "Mira", "Nils",  "Olga",   "Per",
					   "Rut",     "Sara",  "Tove",    "Ulf",   "Vera", "Wilma", "Ylva",   "Åke" };
static const char *const organisations[] = {
	"", "Storby kommun", "Lillåns kommun", "Region Norr", "Västra länsbolaget", "Myndigheten för prov"
};

/* --- figures --- */

void samples_add(struct samples *s, uint64_t us)
{
	if (s->count == s->room) {
		s->room = s->room ? s->room * 2 : 1024;
		s->us = check_realloc(s->us, s->room, sizeof *s->us);
	}
	s->us[s->count++] = us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static int by_size(const void *x, const void *y)
{
	uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
	return (a > b) - (a < b);
}

uint32_t samples_rank(struct samples *s, double part)
{
	if (s->count == 0)
		return 0;
	qsort(s->us, s->count, sizeof *s->us, by_size);
	return s->us[(size_t)(part * (double)(s->count - 1))];
}

static void note_told(struct crowd *crowd, uint64_t done, uint64_t at_us)
{
	if (crowd->told_count > 0 && crowd->told[crowd->told_count - 1].done >= done)
		return;
	if (crowd->told_count == crowd->told_room) {
		crowd->told_room = crowd->told_room ? crowd->told_room * 2 : 1024;
		crowd->told = check_realloc(crowd->told, crowd->told_room, sizeof *crowd->told);
	}
	crowd->told[crowd->told_count++] = (struct told){ done, at_us };
}

static void note_cast(struct crowd *crowd, uint64_t seq, uint64_t sent_us)
{
	if (crowd->cast_count == crowd->cast_room) {
		crowd->cast_room = crowd->cast_room ? crowd->cast_room * 2 : 1024;
		crowd->casts = check_realloc(crowd->casts, crowd->cast_room, sizeof *crowd->casts);
	}
	crowd->casts[crowd->cast_count++] = (struct cast){ seq, sent_us };
}

void crowd_measure_shown(struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->cast_count; i++) {
		size_t low = 0, high = crowd->told_count;
		while (low < high) { /* the first picture that has it */
			size_t middle = (low + high) / 2;
			if (crowd->told[middle].done >= crowd->casts[i].seq)
				high = middle;
			else
				low = middle + 1;
		}
		if (low < crowd->told_count && crowd->told[low].at_us >= crowd->casts[i].sent_us)
			samples_add(&crowd->shown, crowd->told[low].at_us - crowd->casts[i].sent_us);
	}
	crowd->cast_count = 0;
}

/* --- a device and its connection --- */

static void connect_device(void *ctx);

static void come_back(struct device *d)
{
	if (!d->wanted || d->dead || d->conn != NULL || d->again != NULL)
		return;
	uint32_t most = d->backoff_ms ? d->backoff_ms : BACKOFF_FIRST_MS;
	d->backoff_ms = most * 2 > BACKOFF_MOST_MS ? BACKOFF_MOST_MS : most * 2;
	d->again = net_after(d->crowd->net, chance_below(&d->crowd->dice, most), connect_device, d);
}

static void conn_opened(struct net_conn *conn, void *ctx)
{
	(void)conn;
	struct device *d = ctx;
	page_opened(&d->page);
}

static void conn_message(struct net_conn *conn, struct slice bytes, void *ctx)
{
	struct device *d = ctx;
	bool was = d->page.welcome;
	if (!page_message(&d->page, bytes, net_now_us())) {
		d->crowd->odd_messages++;
		net_close(conn, 0);
	}
	if (!was && d->page.welcome) {
		d->backoff_ms = 0;
		d->crowd->reconnects += d->greeted++ > 0;
	}
}

static void conn_closed(struct net_conn *conn, unsigned code, const char *why, void *ctx)
{
	(void)conn;
	(void)why;
	struct device *d = ctx;
	d->conn = NULL;
	page_lost(&d->page);
	if (d->wanted && d->greeted > 0)
		d->crowd->dropped++;
	if (code == 4000 || code == 4001 || code == 4002)
		d->dead = true;
	if (d->reload) {
		d->reload = false;
		page_reload(&d->page);
	}
	come_back(d);
}

static const struct net_up conn_up = { .opened = conn_opened, .message = conn_message, .closed = conn_closed };

static void connect_device(void *ctx)
{
	struct device *d = ctx;
	d->again = NULL;
	if (d->conn == NULL && d->wanted && !d->dead)
		d->conn = net_dial(d->crowd->net, &conn_up, d);
}

static void device_wake(struct device *d)
{
	d->wanted = true;
	if (d->conn == NULL && d->again == NULL && !d->dead)
		d->again = net_after(d->crowd->net, 0, connect_device, d);
}

static void device_sleep(struct device *d)
{
	d->wanted = false;
	if (d->conn != NULL)
		net_close(d->conn, chance_below(&d->crowd->dice, 2) ? 1001 : 0);
}

static void device_lose(struct device *d)
{
	if (d->conn != NULL)
		net_close(d->conn, 0);
}

static void device_reload(struct device *d)
{
	if (d->conn == NULL)
		return;
	d->reload = true;
	net_close(d->conn, 1001);
}

/* --- what its page says --- */

static void page_send(struct page *page, struct slice message, void *ctx)
{
	(void)page;
	struct device *d = ctx;
	if (d->conn != NULL)
		net_send(d->conn, message);
}

/* place in the log, member (0: a secret ballot's entry names nobody), question, round, ballot in hex or "-" */
static void write_ledger(const struct crowd *crowd, const struct page *page, const struct wish *wish)
{
	fprintf(crowd->ledger, "%llu %u %u %u ", (unsigned long long)wish->seq, wish->secret ? 0 : page->actor,
		wish->subject.a, wish->round);
	for (size_t i = 0; i < wish->ballot.len; i++)
		fprintf(crowd->ledger, "%02x", wish->ballot.at[i]);
	fputs(wish->ballot.len > 0 ? "\n" : "-\n", crowd->ledger);
	fflush(crowd->ledger);
}

static void page_ended(struct page *page, const struct wish *wish, enum fault fault, void *ctx)
{
	struct device *d = ctx;
	struct crowd *crowd = d->crowd;
	uint64_t now = net_now_us();
	bool good = fault == FAULT_none || fault == FAULT_recovered;
	if (!good) {
		crowd->refused[(unsigned)fault < FAULTS ? (unsigned)fault : FAULTS - 1]++;
		return;
	}
	if (d->person == NULL)
		return;
	if (wish->command == COMMAND_join) {
		samples_add(&crowd->join, now - d->ready_at_us);
		if (!d->person->joined) {
			d->person->joined = true;
			crowd->joined++;
		}
	} else if (wish->command == COMMAND_ballot) {
		crowd->saved++;
		samples_add(&crowd->ack, now - wish->first_sent_us);
		if (!wish->secret)
			note_cast(crowd, wish->seq, wish->first_sent_us);
		struct question question;
		size_t holder = d->person->number;
		if (page_question(page, wish->subject.a, &question) && question.holder == HOLDER_ROOM)
			holder = page_room(page);
		book_put(book_page(&crowd->book, wish->subject.a, wish->round), holder, wish->seq, wish->ballot);
		if (crowd->ledger != NULL)
			write_ledger(crowd, page, wish);
	}
}

static void wait_over(void *ctx)
{
	struct device *d = ctx;
	d->wait = NULL;
	page_go_on(&d->page, net_now_us());
}

static void page_wait(struct page *page, uint32_t ms, void *ctx)
{
	(void)page;
	struct device *d = ctx;
	net_cancel(d->wait);
	d->wait = net_after(d->crowd->net, ms + chance_below(&d->crowd->dice, ms / 2 + 1), wait_over, d);
}

static void page_framed(struct page *page, void *ctx)
{
	struct device *d = ctx;
	if (d->person == NULL)
		note_told(d->crowd, page->done, net_now_us());
}

static void page_bye(struct page *page, enum fault fault, void *ctx)
{
	(void)page;
	struct device *d = ctx;
	d->crowd->byes[(unsigned)fault < FAULTS ? (unsigned)fault : FAULTS - 1]++;
}

static const struct page_up page_up = {
	.send = page_send, .ended = page_ended, .wait = page_wait, .frame = page_framed, .bye = page_bye
};

/* --- what people do --- */

/* A ballot that the question takes. Written to ${out} as MessagePack; empty: taken back. */
static void draw_ballot(struct person *p, const struct page *page, const struct question *question, struct pack *out)
{
	enum { SOME = LIMIT_ITEMS };
	uint32_t items[SOME], values[SOME] = { 0 };
	size_t count = 0;
	const struct picture_section *s = picture_find(&page->picture, SECTION_activity, question->number, 0);
	for (size_t i = 0; s != NULL && i < s->count && count < SOME; i++) {
		struct cursor c = item_cursor(&s->items[i]);
		cursor_uint(&c);
		if (s->items[i].key == 0 || s->items[i].key > LIMIT_ITEMS || cursor_bool(&c)) /* itself, a group of items, hidden */
			continue;
		size_t at = count++;
		for (; at > 0 && items[at - 1] > s->items[i].key; at--)
			items[at] = items[at - 1];
		items[at] = (uint32_t)s->items[i].key;
	}
	struct cursor c = cursor_of(question->config);
	c = cursor_array(&c);
	uint32_t x = (uint32_t)cursor_uint(&c), y = (uint32_t)cursor_uint(&c);
	bool choice = strcmp(question->kind, "choice") == 0;
	if (count == 0 || (!choice && strcmp(question->kind, "dots") != 0) || chance_below(&p->dice, 40) == 0)
		return; /* nothing to choose from, a kind we do not know, or taken back */
	uint32_t budget = choice ? (x > 1 ? x : 1) + chance_below(&p->dice, y > x ? y - x + 1 : 1) : x,
		 cap = choice ? 1 : y;
	if (budget > y && choice)
		budget = y;
	if (!choice && chance_below(&p->dice, 4) == 0)
		budget = chance_between(&p->dice, 1, budget);
	uint32_t favourite = chance_below(&p->dice, 3); /* so that the result has a shape */
	for (unsigned tries = 0; budget > 0 && tries < 1000; tries++) {
		size_t at = favourite < count && chance_below(&p->dice, 3) == 0
				    ? favourite
				    : chance_below(&p->dice, (uint32_t)count);
		if (values[at] < cap) {
			values[at]++;
			budget--;
		}
	}
	size_t used = 0;
	for (size_t i = 0; i < count; i++)
		used += values[i] > 0;
	pack_array(out, used * 2);
	for (size_t i = 0; i < count; i++) {
		if (values[i] > 0) {
			pack_uint(out, items[i]);
			pack_uint(out, values[i]);
		}
	}
}

static void vote(struct person *p, struct device *d, size_t index, uint32_t round)
{
	struct question question;
	if (!page_question(&d->page, p->crowd->questions[index], &question))
		return;
	struct pack ballot;
	pack_init(&ballot);
	draw_ballot(p, &d->page, &question, &ballot);
	p->voted[index / 32] |= 1u << index % 32;
	p->crowd->sent++;
	page_ballot(&d->page, question.number, round, pack_bytes(&ballot), net_now_us());
	pack_finish(&ballot);
}

/* In how many of 100 ticks somebody who has not voted does, and somebody who has votes anew. */
static const struct {
	uint32_t first, anew, every_ms;
} habits[TEMPERS] = {
	[TEMPER_QUICK] = { 90, 2, 400 },    [TEMPER_SLOW] = { 8, 1, 1000 },      [TEMPER_UNSURE] = { 60, 60, 500 },
	[TEMPER_SLEEPER] = { 40, 10, 700 }, [TEMPER_RELOADER] = { 40, 10, 700 }, [TEMPER_LOSER] = { 40, 20, 600 },
	[TEMPER_DOUBLE] = { 50, 40, 500 },  [TEMPER_LATE] = { 70, 5, 500 },
};

static void act(struct person *p)
{
	struct device *d = &p->devices[chance_below(&p->dice, p->device_count)];
	uint32_t room = page_room(&d->page), round;
	for (size_t i = 0; i < p->crowd->question_count; i++) {
		if ((page_phase(&d->page, p->crowd->questions[i], room, &round) & (PHASE_OPEN | PHASE_CLOSING)) == 0)
			continue;
		bool voted = (p->voted[i / 32] >> i % 32 & 1) != 0;
		if (chance_below(&p->dice, 100) < (voted ? habits[p->temper].anew : habits[p->temper].first))
			vote(p, d, i, round);
	}
	/* The mishap comes right behind the vote: the worst moment. */
	uint32_t luck = chance_below(&p->dice, 100);
	if (p->temper == TEMPER_SLEEPER && luck < 12)
		device_sleep(d);
	else if (p->temper == TEMPER_RELOADER && luck < 15)
		device_reload(d);
	else if (p->temper == TEMPER_LOSER && luck < 15)
		device_lose(d);
}

static void tick(void *ctx)
{
	struct person *p = ctx;
	bool asleep = false;
	for (unsigned i = 0; i < p->device_count; i++)
		asleep = asleep || !p->devices[i].wanted;
	if (asleep && (p->crowd->calm || chance_below(&p->dice, 4) == 0)) {
		for (unsigned i = 0; i < p->device_count; i++)
			device_wake(&p->devices[i]);
	} else if (!p->crowd->calm && p->joined && !asleep) {
		act(p);
	}
	uint32_t ms = habits[p->temper].every_ms;
	p->tick = net_after(p->crowd->net, chance_between(&p->dice, ms / 2, ms * 3 / 2), tick, p);
}

/* --- all of them --- */

static void device_init(struct device *d, struct crowd *crowd, struct person *person)
{
	*d = (struct device){ .crowd = crowd, .person = person };
	page_init(&d->page, DOOR_PARTICIPANT, crowd->place, NULL, CROWD_KINDS, &page_up, d);
	d->page.name = person->name;
	d->page.organisation = person->organisation;
}

void crowd_start(struct crowd *crowd)
{
	crowd->people = check_alloc(crowd->count, sizeof *crowd->people);
	for (uint32_t i = 0; i < crowd->count; i++) {
		struct person *p = &crowd->people[i];
		p->crowd = crowd;
		p->number = i;
		p->dice.state = ((uint64_t)chance_below(&crowd->dice, UINT32_MAX) << 32) + i;
		static const enum temper mix[] = { TEMPER_QUICK,  TEMPER_SLOW,     TEMPER_UNSURE, TEMPER_SLEEPER,
						   TEMPER_QUICK,  TEMPER_RELOADER, TEMPER_LOSER,  TEMPER_QUICK,
						   TEMPER_DOUBLE, TEMPER_LATE,     TEMPER_SLOW,   TEMPER_UNSURE };
		p->temper = mix[i % (sizeof mix / sizeof mix[0])];
		snprintf(p->name, sizeof p->name, "%s %u",
			 first_names[chance_below(&p->dice, sizeof first_names / sizeof first_names[0])], i + 1);
		snprintf(p->organisation, sizeof p->organisation, "%s",
			 organisations[chance_below(&p->dice, sizeof organisations / sizeof organisations[0])]);
		p->device_count = p->temper == TEMPER_DOUBLE ? 2 : 1;
		for (unsigned k = 0; k < p->device_count; k++)
			device_init(&p->devices[k], crowd, p);
		if (p->device_count ==
		    2) { /* one link, taken to the other device: the same token and secret, a lane of its own */
			memcpy(p->devices[1].page.token, p->devices[0].page.token, sizeof p->devices[1].page.token);
			memcpy(p->devices[1].page.secret, p->devices[0].page.secret, sizeof p->devices[1].page.secret);
		}
	}
}

void crowd_come(struct person *p)
{
	if (p->came)
		return;
	p->came = true;
	p->crowd->came++;
	for (unsigned i = 0; i < p->device_count; i++) {
		p->devices[i].ready_at_us = net_now_us();
		device_wake(&p->devices[i]);
	}
	p->tick = net_after(p->crowd->net, chance_between(&p->dice, 100, 1000), tick, p);
}

void crowd_lead(struct crowd *crowd, const struct link *link)
{
	struct device *d = &crowd->lead;
	*d = (struct device){ .crowd = crowd };
	page_init(&d->page, DOOR_LINK, link->place, link->token, UINT32_MAX, &page_up, d);
	d->page.name = "rehearse";
	device_wake(d);
}

void crowd_finish(struct crowd *crowd)
{
	for (uint32_t i = 0; i < crowd->count; i++)
		for (unsigned k = 0; k < crowd->people[i].device_count; k++)
			page_finish(&crowd->people[i].devices[k].page);
	page_finish(&crowd->lead.page);
	free(crowd->people);
	free(crowd->ack.us);
	free(crowd->join.us);
	free(crowd->shown.us);
	free(crowd->told);
	free(crowd->casts);
	book_finish(&crowd->book);
}

void crowd_reload_all(struct crowd *crowd)
{
	for (uint32_t i = 0; i < crowd->count; i++)
		for (unsigned k = 0; k < crowd->people[i].device_count; k++)
			device_reload(&crowd->people[i].devices[k]);
	device_reload(&crowd->lead);
}

static bool device_busy(const struct device *d)
{
	return !d->dead && (!d->page.welcome || d->page.outbox != NULL || d->reload || d->page.term == 0);
}

uint32_t crowd_busy(const struct crowd *crowd)
{
	uint32_t busy = device_busy(&crowd->lead);
	for (uint32_t i = 0; i < crowd->count; i++)
		for (unsigned k = 0; k < crowd->people[i].device_count; k++)
			busy += crowd->people[i].came && device_busy(&crowd->people[i].devices[k]);
	return busy;
}

static void say_busy(const struct device *d, unsigned index, FILE *out)
{
	const struct wish *wish = d->page.outbox;
	fprintf(out, "  %s %u device %u: %s", d->person != NULL ? "person" : "facilitator",
		d->person != NULL ? d->person->number + 1 : 0, index,
		d->page.welcome    ? "connected"
		: d->conn != NULL  ? "connecting"
		: d->again != NULL ? "about to connect"
		: d->wanted        ? "lost"
				   : "asleep");
	if (wish != NULL)
		fprintf(out, ", command %u number %u %s after %u tries", wish->command, wish->number,
			wish->judged ? "judged but not stable"
			: wish->sent ? "without a verdict"
				     : "not sent",
			wish->tries);
	fprintf(out, "%s\n", d->page.welcome && d->page.term == 0 ? ", no frame yet" : "");
}

void crowd_say_busy(const struct crowd *crowd, FILE *out)
{
	unsigned said = 0;
	if (device_busy(&crowd->lead))
		say_busy(&crowd->lead, 0, out);
	for (uint32_t i = 0; i < crowd->count && said < 10; i++)
		for (unsigned k = 0; k < crowd->people[i].device_count; k++)
			if (crowd->people[i].came && device_busy(&crowd->people[i].devices[k]) && said++ < 10)
				say_busy(&crowd->people[i].devices[k], k + 1, out);
}

uint32_t crowd_here(const struct crowd *crowd)
{
	uint32_t here = 0;
	for (uint32_t i = 0; i < crowd->count; i++)
		here += crowd->people[i].devices[0].page.welcome || crowd->people[i].devices[1].page.welcome;
	return here;
}

void crowd_new_round(struct crowd *crowd, size_t question)
{
	for (uint32_t i = 0; i < crowd->count; i++)
		crowd->people[i].voted[question / 32] &= ~(1u << question % 32);
}
