/* SPDX-License-Identifier: EUPL-1.2 */
/* Every limit, with its reason. A limit that a client can meet has a fault (protocol/tbl/faults.h) or a close code. */
#ifndef BOLLPLANK_BASE_LIMITS_H
#define BOLLPLANK_BASE_LIMITS_H

#ifndef BOLLPLANK_RULES
#define BOLLPLANK_RULES 1
#endif

enum {
	/* Bytes from outside. */
	LIMIT_HELLO = 512,               /* a hello is ~120 bytes; before it nobody is known, so nothing larger is buffered */
	LIMIT_MESSAGE = 4 * 1024,        /* a ballot over 200 items is 1 kB; four times that leaves room for text */
	LIMIT_MESSAGE_STAFF = 64 * 1024, /* a facilitator's list of items or plan of rooms */
	LIMIT_FRAGMENTS = 8,             /* browsers send one; eight is for odd proxies */
	LIMIT_HTTP_BODY = 256 * 1024,    /* a whole workshop in one request */
	LIMIT_HTTP_HEADER = 4096,        /* what libwebsockets keeps per request while it reads it */
	LIMIT_VALUE_DEPTH = 6,           /* deepest message of ours has 4 */
	LIMIT_VALUES = 1024,             /* a ballot over 200 items is 401 values */
	LIMIT_VALUES_STAFF = 8192,       /* a plan for 6,000 members */

	/* An entry of the log. */
	LIMIT_FORM = 48 * 1024,          /* largest part of a seal or plan; well under one SQLite page run and one Redis command */
	LIMIT_TEXT = 64 * 1024,
	LIMIT_ENTRY = LIMIT_FORM + LIMIT_TEXT + 256,

	/* Words. Bytes of UTF-8. */
	LIMIT_NAME = 160,                /* 40 letters of four bytes */
	LIMIT_TITLE = 480,               /* 120 letters */
	LIMIT_ITEM = 1200,               /* 300 letters */
	LIMIT_SAY = 2000,
	LIMIT_NOTE = 1200,               /* 300 letters: a note, not an essay */
	LIMIT_GUIDE = 8000,              /* what a facilitator reads about a step */
	LIMIT_ANSWER = 900,              /* a text answer is a ballot, with its language and lengths within LIMIT_BALLOT */
	LIMIT_REF = 32,
	LIMIT_ORIGIN = 48,

	/* A session. */
	LIMIT_MEMBERS = 20000,
	LIMIT_ROOMS = 4096,              /* 20,000 members in rooms of five */
	LIMIT_ORGANISATIONS = 1000,
	LIMIT_LINKS = 64,                /* facilitators, deputies, screens, one per track */
	LIMIT_STEPS = 200,
	LIMIT_ACTIVITIES = 400,          /* a year's series of ratings, one statement each */
	LIMIT_ITEMS = 200,               /* 131 prepared actions and own proposals */
	LIMIT_ROUNDS = 50,
	LIMIT_GROUPS = 60,               /* of items; a principle each */
	LIMIT_PARTS = 8,                 /* inner times of a step */
	LIMIT_TENURES = 1000,            /* of one room's pen: who held it is kept, so that late text finds its way */
	LIMIT_NOTES_STEP = 100,          /* of one room on one step: more is not read by anybody */
	LIMIT_NOTES = 20000,
	LIMIT_EDITS = 20,                /* earlier wordings of a note that are kept at hand; the log has all */
	LIMIT_EDITS_BYTES = 4 * 1024,    /* and of those so much */
	LIMIT_TRAY = 100,
	LIMIT_SUGGESTIONS = 50,          /* of these in a tray, so that late text has room */
	LIMIT_SUGGESTIONS_OWN = 10,      /* of one person's */
	LIMIT_PLENARY = 300,             /* notes sent to all, in a session: everybody gets them */
	LIMIT_BAND = 5,                  /* answers to a secret rating below which not even the band of a room is told outside */
	LIMIT_PAPERS = 10000,
	LIMIT_HEADS = 1000,
	LIMIT_TABLE = 16 * 1024 * 1024,  /* a file of paper ballots: LIMIT_PAPERS rows of answers in words */
	LIMIT_TALLY_WORDS = 48 * 1024,   /* of text answers in one picture */
	LIMIT_BALLOT = 1024,             /* 200 items of five bytes */
	LIMIT_CONFIG = 256,
	LIMIT_LANES = 4,                 /* phone, laptop, one that was cleared, one to spare */
	LIMIT_CONNECTIONS_A_MEMBER = 4,
	LIMIT_REMOVALS = 256,            /* removed items that a section remembers, so that a page away for a while gets a delta */
	LIMIT_AWAY = 2000,               /* in a session of more members facilitators are not told one by one who is away: nobody reads it, and it changes all the time */
	LIMIT_NAMES_ROOM = 100,          /* larger rooms get counts, not names: the list would be resent at every join */
	LIMIT_SEAL_PART = 48 * 1024,

	/* A catalog: files that people write. */
	LIMIT_WORKSHOP = 256 * 1024,     /* bytes of one file; the declaration workshop in two languages is a tenth */
	LIMIT_WORKSHOP_BODY = 224 * 1024, /* what is made of it: with links and rooms it must fit LIMIT_HTTP_BODY */
	LIMIT_WORKSHOP_VALUES = 20000,
	LIMIT_WORKSHOP_DEPTH = 10,       /* the words of an item are 8 deep */
	LIMIT_LANGUAGES = 8,
	LIMIT_CATALOG = 200,             /* workshops of one daemon */

	/* Between instances. */
	LIMIT_NEWS_ROOMS = 8192,         /* rooms where an answer to a secret question is lacking, of one instance: more are said to be many */

	/* Time, ms. */
	GRACE_MS = 30 * 1000,            /* product: finish your sentence */
	GRACE_MS_MAX = 10 * 60 * 1000,
	DURATION_MS_MAX = 24 * 60 * 60 * 1000,
	HELLO_MS = 5 * 1000,
	PING_MS = 25 * 1000,             /* below the 30 s after which many proxies cut a silent connection */
	SILENT_MS = 60 * 1000,           /* two pings and some */
	BEAT_STAFF_MS = 5 * 1000,        /* two missed beats: the screen says that it is stale */
	BEAT_MS = 25 * 1000,
	FLUSH_STAFF_MS = 50,             /* 20 pictures a second is what an eye follows */
	FLUSH_MS = 250,                  /* participants: 4 a second; verdicts are never held back */
	PROGRESS_MS = 1000,
	AWAY_MS = 60 * 1000,
	ABSENT_MS = 10 * 1000,           /* a page that comes back does so within its longest back-off; only then does a gate not wait for it */
	SETTLE_MS = 3000,                /* after the newest answer in a room its discussion opens: who answers last may still be moving the dot, by single steps */
	ATTEND_MS = 500,                 /* between two looks at who is here and who has answered */
	BEHIND_MS = 2 * 1000,
	UNDRAINED_MS = 20 * 1000,        /* a peer that takes nothing for so long is closed with 1013 */
	LINGER_MS = 2,                   /* group commit: halves commits at 3,000 a second for 2 ms of delay */
	LINGER_ENOUGH = 32,              /* so many entries are worth their commit (200 us) without waiting for more */
	DRAIN_MS = 3 * 1000,             /* for close frames to be answered, at the end */
	STOP_MS = 20 * 1000,             /* for all of a polite stop; then it stops at once: systemd would wait for 90 s */
	EVICT_MS = 5 * 60 * 1000,        /* a session that nobody looks at leaves memory after so long */
	ABANDONED_MS = 10 * 60 * 1000,   /* a session that is not wholly founded after so long is erased: a founding takes seconds, and gives up when the journal does not answer */
	SPREAD_MS = 5 * 1000,            /* over which an instance takes leave of its pages when others are there to take them: 2,000 pages are 400 joins a second elsewhere */
	LATER_MS = 1000,                 /* what `later` asks a page to wait at first */

	/* Rates and connections. */
	RATE_MEMBER = 10, BURST_MEMBER = 20,     /* taps of a quick finger */
	RATE_STAFF = 50, BURST_STAFF = 100,
	RATE_SESSION = 4000,                     /* commands a second */
	RATE_JOINS = 500,                        /* joins a second a session; beyond: `later` */
	LIMIT_SESSION_CONNECTIONS = 6000,
	LIMIT_CONNECTIONS = 8000,
	LIMIT_SESSIONS = 500,
	RATE_ADDRESS = 500, BURST_ADDRESS = 2000, /* new connections of one address: a hall behind one NAT comes at once */
	LIMIT_UNADMITTED = 2000,
	LIMIT_EXPORTS = 8,                       /* logs that are being fetched at a time: each may hold a piece of 14 MB */
	WRONG_CODES_ADDRESS = 20,                /* in WRONG_CODES_ADDRESS_MS */
	WRONG_CODES_ADDRESS_MS = 10 * 60 * 1000,
	WRONG_CODES_DAEMON = 600,                 /* a minute */

	/* Outgoing. */
	LIMIT_FIRST_FRAME = 16 * 1024,   /* with which the page works, after one round trip */
	LIMIT_FRAME = 64 * 1024,
	LIMIT_PENDING_APPENDS = 10000,   /* handed to the journal and not answered; beyond: `later` */
	LIMIT_PENDING_BYTES = 64 * 1024 * 1024, /* the same in bytes: 10,000 largest entries would be a gigabyte */

	/* Redis. */
	LIMIT_REDIS_ASKED = 20000,       /* under way in one conversation: twice LIMIT_PENDING_APPENDS; a Redis so far behind has trouble that more would not cure */
	LIMIT_REDIS_BYTES = 64 * 1024 * 1024, /* the same in bytes: what hiredis keeps while Redis takes nothing, LIMIT_PENDING_BYTES once */
	LIMIT_REDIS_TEXT = 64 * 1024 * 1024,  /* one text of an answer; the largest of ours is a snapshot */

	/* Secrecy. */
	K_DEFAULT = 3,                   /* product: results of a smaller group are held back */
	K_MAX = 1000,

	/* Rules of the step (protocol/README.md clause 6.5) that this program knows. A test builds "the next version" with another number, whose rules judge alike. */
	RULES_NEWEST = BOLLPLANK_RULES,

	SNAPSHOT_ENTRIES = 2000,
	DISK_LOW_BYTES = 16 * 1024 * 1024
};
#endif
