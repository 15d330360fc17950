/* SPDX-License-Identifier: EUPL-1.2 */
#include "crowd.h"
#include "base/check.h"
#include "habits.h"
#include <inttypes.h>
#include <time.h>

enum { BACKOFF_FIRST_MS = 500, BACKOFF_MOST_MS = 10000 };

static const char *const first_names[] = { "Aino",   "Bo",    "Cecilia", "David", "Elsa",  "Farah",
					   "Gunnar", "Hanna", "Ibrahim", "Jonna", "Karin", "Lars",
					   "Mira",   "Nils",  "Olga",    "Per",   "Rut",   "Sara",
					   "Tove",   "Ulf",   "Vera",    "Wilma", "Ylva",  "Åke" };
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

/* --- moments: for tests that hold what happened here against what was done to the daemons --- */

/* The wall clock: their other half is written by another program. */
static void begin_moment(const struct device *d, const char *what)
{
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	fprintf(d->crowd->moments, "%" PRIu64 " %s %u %u", (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000, what,
		d->person != NULL ? d->person->number + 1 : 0,
		d->person != NULL ? (unsigned)(d - d->person->devices) + 1 : 1);
}

static void write_moment(const struct device *d, const char *what, unsigned code)
{
	if (d->crowd->moments == NULL)
		return;
	begin_moment(d, what);
	fprintf(d->crowd->moments, " %u\n", code);
	fflush(d->crowd->moments);
}

static void write_hex(FILE *out, struct slice bytes)
{
	fputc(' ', out);
	for (size_t i = 0; i < bytes.len; i++)
		fprintf(out, "%02x", bytes.at[i]);
	if (bytes.len == 0)
		fputc('-', out);
}

/* A secret ballot is in the log under a lane that its page was told (clause 4.8). */
static void write_saved(const struct device *d, const struct wish *wish)
{
	uint64_t lane = d->page.lane;
	if (d->crowd->moments == NULL)
		return;
	for (size_t i = 0; wish->secret && i < d->page.numbers_count; i++)
		if (d->page.numbers[i].activity == wish->subject.a && d->page.numbers[i].round == wish->round)
			lane = d->page.numbers[i].lane;
	begin_moment(d, "saved");
	fprintf(d->crowd->moments, " %u %u %u %u %u %d %016" PRIx64 " %u %" PRIu64, d->page.actor, wish->command,
		wish->subject.a, wish->subject.b, wish->round, wish->secret, lane, wish->number, wish->seq);
	write_hex(d->crowd->moments, wish->form);
	write_hex(d->crowd->moments, wish->text);
	fputc('\n', d->crowd->moments);
	fflush(d->crowd->moments);
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
		write_moment(d, "here", 0);
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
	write_moment(d, !d->wanted || d->reload || d->cut ? "left" : "lost", code);
	d->cut = false;
	if (code == 4000 || code == 4001 || code == 4002)
		d->dead = true;
	if (d->reload) {
		d->reload = false;
		page_reload(&d->page);
	}
	come_back(d);
}

static const struct net_up conn_up = { .opened = conn_opened,
				       .message = conn_message,
				       .closed = conn_closed };

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
	if (d->conn == NULL)
		return;
	d->cut = true;
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

/* place in the log, member (0: a secret ballot's entry names nobody), question, round, ballot in hex or "-"
 */
static void write_ledger(const struct crowd *crowd, const struct page *page, const struct wish *wish)
{
	fprintf(crowd->ledger, "%llu %u %u %u ", (unsigned long long)wish->seq,
		wish->secret ? 0 : page->actor, wish->subject.a, wish->round);
	for (size_t i = 0; i < wish->ballot.len; i++)
		fprintf(crowd->ledger, "%02x", wish->ballot.at[i]);
	fputs(wish->ballot.len > 0 ? "\n" : "-\n", crowd->ledger);
	fflush(crowd->ledger);
}

/* An accepted wording. Where it stands follows from the verdict: late text and suggestions lie in the tray
 * (clause 4.17). */
static void keep_note(struct crowd *crowd, const struct wish *wish, enum fault fault)
{
	struct book_note told = { .seq = wish->seq, .room = wish->subject.a, .step = wish->subject.b };
	struct cursor form = cursor_of(wish->form), text = cursor_of(wish->text);
	form = cursor_array(&form);
	told.id = cursor_bin64(&form);
	told.tray = fault == FAULT_recovered || cursor_uint(&form) == 0;
	told.words = text_words(&text, "", 0);
	crowd->recovered += fault == FAULT_recovered;
	if (told.id & 1) /* another is scrap */
		book_note(&crowd->book, &told);
}

/* A ballot on paper that the simulated facilitator has entered: in the book behind the people's own (meddle.c). */
static void keep_sheet(struct crowd *crowd, const struct wish *wish)
{
	struct cursor form = cursor_of(wish->form);
	form = cursor_array(&form);
	uint32_t round = (uint32_t)cursor_uint(&form);
	struct slice sheet = cursor_bin(&form);
	cursor_uint(&form);
	struct slice ballot = cursor_bin(&form);
	if (sheet.len == 16)
		book_put(book_page(&crowd->book, wish->subject.a, round), crowd->count + sheet.at[15], wish->seq, ballot);
}

static void keep_ballot(struct device *d, const struct wish *wish)
{
	struct crowd *crowd = d->crowd;
	crowd->saved++;
	samples_add(&crowd->ack, net_now_us() - wish->first_sent_us);
	if (!wish->secret)
		note_cast(crowd, wish->seq, wish->first_sent_us);
	struct question question;
	size_t holder = d->person->number;
	if (page_question(&d->page, wish->subject.a, &question) && question.holder == HOLDER_ROOM)
		holder = page_room(&d->page);
	book_put(book_page(&crowd->book, wish->subject.a, wish->round), holder, wish->seq, wish->ballot);
	if (crowd->ledger != NULL)
		write_ledger(crowd, &d->page, wish);
}

static void keep_join(struct device *d)
{
	samples_add(&d->crowd->join, net_now_us() - d->ready_at_us);
	if (!d->person->joined) {
		d->person->joined = true;
		d->crowd->joined++;
	}
}

static void page_ended(struct page *page, const struct wish *wish, enum fault fault, void *ctx)
{
	(void)page;
	struct device *d = ctx;
	struct crowd *crowd = d->crowd;
	if (fault != FAULT_none && fault != FAULT_recovered) {
		crowd->refused[(unsigned)fault < FAULTS ? (unsigned)fault : FAULTS - 1]++;
		return;
	}
	write_saved(d, wish);
	crowd->commands[wish->command & 63]++;
	if (d->person == NULL && wish->command == COMMAND_proxy)
		keep_sheet(crowd, wish);
	if (d->person == NULL)
		return;
	switch (wish->command) {
	case COMMAND_join:
		keep_join(d);
		break;
	case COMMAND_ballot:
		keep_ballot(d, wish);
		break;
	case COMMAND_note_put:
		keep_note(crowd, wish, fault);
		break;
	case COMMAND_pen_take:
	case COMMAND_pen_give:
		crowd->pens++;
		break;
	case COMMAND_hand:
		crowd->hands++;
		break;
	case COMMAND_ready:
		crowd->readies++;
		break;
	default:
		break;
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

/* --- what people do, and what happens to them --- */

static void act(struct person *p)
{
	struct device *d = &p->devices[chance_below(&p->dice, p->device_count)];
	habits_act(p, d);
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
	} else if (!p->crowd->calm && p->joined) {
		if (asleep)
			habits_act_offline(p, &p->devices[0]); /* sent when the network is back */
		else
			act(p);
	}
	uint32_t ms = habits_every_ms(p->temper);
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
		static const enum temper mix[] = { TEMPER_QUICK,   TEMPER_SLOW,  TEMPER_UNSURE,
						   TEMPER_SLEEPER, TEMPER_QUICK, TEMPER_RELOADER,
						   TEMPER_LOSER,   TEMPER_QUICK, TEMPER_DOUBLE,
						   TEMPER_LATE,    TEMPER_SLOW,  TEMPER_UNSURE };
		p->temper = mix[i % (sizeof mix / sizeof mix[0])];
		snprintf(p->name, sizeof p->name, "%s %u",
			 first_names[chance_below(&p->dice, sizeof first_names / sizeof first_names[0])],
			 i + 1);
		snprintf(p->organisation, sizeof p->organisation, "%s",
			 organisations[chance_below(&p->dice,
						    sizeof organisations / sizeof organisations[0])]);
		p->device_count = p->temper == TEMPER_DOUBLE ? 2 : 1;
		for (unsigned k = 0; k < p->device_count; k++)
			device_init(&p->devices[k], crowd, p);
		if (p->device_count == 2) { /* one link, taken to the other device: the same token and secret,
					       a lane of its own */
			memcpy(p->devices[1].page.token, p->devices[0].page.token,
			       sizeof p->devices[1].page.token);
			memcpy(p->devices[1].page.secret, p->devices[0].page.secret,
			       sizeof p->devices[1].page.secret);
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
	for (uint32_t i = 0; crowd->people != NULL && i < crowd->count; i++)
		here += crowd->people[i].devices[0].page.welcome || crowd->people[i].devices[1].page.welcome;
	return here;
}

void crowd_new_round(struct crowd *crowd, size_t question)
{
	for (uint32_t i = 0; i < crowd->count; i++)
		crowd->people[i].voted[question / 32] &= ~(1u << question % 32);
}
