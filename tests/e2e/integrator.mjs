// SPDX-License-Identifier: EUPL-1.2
// A client as an integrator writes it: from protocol/README.md alone, on @msgpack/msgpack and a TCP socket. Numbers are its clauses.
//   node tests/e2e/integrator.mjs --port 8080 --code K7MP3XQR   comes in, answers what is open, waits until it is saved
//   node tests/e2e/integrator.mjs --port 8080 --key KEY         makes a session of its own first, and asks; a test
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { parseArgs } from "node:util";
const { decode, decodeMulti, encode } = createRequire(new URL("../../clients/web/package.json", import.meta.url))("@msgpack/msgpack");
const { values: options } = parseArgs({ options: { host: { type: "string", default: "127.0.0.1" }, port: { type: "string" }, code: { type: "string" }, key: { type: "string" } } });
const JOIN = 2, GO = 10, OPEN = 11, CLOSE = 12, REVEAL = 16, BALLOT = 20, SECRET_BALLOT = 21, SEAL = 22, IS_OPEN = 2, IS_CLOSING = 4, IS_SEALED = 16, ME = 9, FACILITATOR = 16; // 9
const SCOPE = 8, ACTIVITY = 7, VERDICTS = 10, MINE = 13, RESULT = 14, hex = (bytes) => Buffer.from(bytes).toString("hex");

/** RFC 6455 as far as one client needs it: whole binary messages out, masked; frames in. */
class Page {
	sections = new Map(); stable = 0; welcome = null; replies = []; lanes = new Map(); numbers = new Map(); waits = []; bytes = Buffer.alloc(0); open = false;
	constructor(hello) {
		[this.token, this.lane] = [hello[4], hello[6]]; // a socket's error ends the program
		this.socket = connect(+options.port, options.host, () => this.socket.write(`GET /live HTTP/1.1\r\nHost: ${options.host}:${options.port}\r\nUpgrade: websocket\r\n` + // 1.1
			`Connection: Upgrade\r\nSec-WebSocket-Key: ${randomBytes(16).toString("base64")}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: bollplank.v1\r\n\r\n`));
		this.socket.on("data", (chunk) => {
			this.bytes = Buffer.concat([this.bytes, chunk]);
			const end = this.open ? -1 : this.bytes.indexOf("\r\n\r\n");
			if (end >= 0) {
				assert.match(this.bytes.toString("latin1"), /^HTTP\/1.1 101/);
				[this.bytes, this.open] = [this.bytes.subarray(end + 4), true];
				this.send(0x82, encode(hello)); // 1.3, 3.1
			}
			for (let len, at; this.open && this.bytes.length >= 2;) {
				[len, at] = [this.bytes[1], 2];
				if (len >= 126)
					[len, at] = len === 126 ? [this.bytes.length < 4 ? 1e9 : this.bytes.readUInt16BE(2), 4] : [this.bytes.length < 10 ? 1e9 : Number(this.bytes.readBigUInt64BE(2)), 10];
				if (this.bytes.length < at + len)
					break;
				const body = Buffer.from(this.bytes.subarray(at, at + len)), opcode = this.bytes[0] & 15;
				this.bytes = this.bytes.subarray(at + len);
				assert.notEqual(opcode, 8, `closed: ${opcode === 8 && body.length > 1 ? body.readUInt16BE(0) : ""}`);
				opcode === 9 ? this.send(0x8a, body) : opcode === 2 && this.take(decode(body)); // 1.4
			}
			this.waits = this.waits.filter(({ until, done }) => { const value = until(); value && done(value); return !value; });
		});
	}
	send(opcode, body) {
		const head = body.length < 126 ? [opcode, 128 | body.length] : [opcode, 254, body.length >> 8, body.length & 255], mask = randomBytes(4);
		this.socket.write(Buffer.concat([Buffer.from(head), mask, Buffer.from(body).map((byte, i) => byte ^ mask[i % 4])]));
	}
	take(message) {
		const [type, ...m] = message;
		if (type === 0)
			this.welcome = { sid: m[1], code: m[2], actor: m[4] }; // 3.2
		if (type === 1) { // 5.2: first what is gone, then the sections
			const [, , stable, , listing, gone, sections] = m;
			for (const name of this.sections.keys())
				if (listing && !listing.some((one) => one.join() === name) || gone.some((one) => one.join() === name))
					this.sections.delete(name);
			for (const [kind, a, b, whole, items] of sections) { // 5.3
				const name = [kind, a, b].join(), section = whole ? new Map() : this.sections.get(name) ?? new Map();
				for (let i = 0; i < items.length; i += 2)
					items[i + 1] === null ? section.delete(items[i]) : section.set(items[i] instanceof Uint8Array ? hex(items[i]) : items[i], items[i + 1]);
				this.sections.set(name, section);
			}
			this.stable = stable;
		} else if (type === 2)
			this.replies.push({ number: m[1], fault: m[2], counter: m[4] ? [m[4], m[5]].join() : "" }); // 4.5
		else if (type === 3 && m[0] === 3)
			this.lanes.set([m[1], m[2]].join(), hex(m[3])); // 4.8
		assert.notEqual(type, 4, `bye: fault ${m[0]}`); // 3.3
	}
	until(until) { return new Promise((done) => { const value = until(); value ? done(value) : this.waits.push({ until, done }); }); }
	section(kind, a = 0, b = 0) { return this.sections.get([kind, a, b].join()) ?? new Map(); }
	actor() { return +[...this.sections.keys()].find((name) => name.startsWith(`${ME},`))?.split(",")[1]; }
	/** 4.1 to 4.5, 4.8: sends, and waits for the verdict, and for "saved" until it is stable. secret: [activity, round]. */
	async command(command, a, b, form, words = null, secret = null) {
		await this.until(() => this.welcome); // 3.2
		const counter = secret ? secret.join() : "", number = (this.numbers.get(counter) ?? 0) + 1;
		this.numbers.set(counter, number);
		this.send(0x82, encode([1, this.lane, number, false, command, a, b, encode(form), words ? encode([["", ...words]]) : new Uint8Array()]));
		const kept = () => (secret ? this.section(MINE, ...secret).get(this.lanes.get(secret.join())) : this.section(VERDICTS, this.actor()).get(hex(this.lane)));
		return this.until(() => {
			const reply = this.replies.find((one) => one.number === number && one.counter === counter), [last, fault, seq] = kept() ?? [0];
			return reply ? `refused: ${reply.fault}` : last === number && (fault || this.stable >= seq) ? (fault ? `refused: ${fault}` : "saved") : null;
		});
	}
}/** Comes in and answers every activity that is open: the first item, once. */
async function vote(code) {
	const page = new Page([0, 1, 0, code, randomBytes(16), randomBytes(16), randomBytes(8), 0, 0]);
	assert.equal(await page.command(JOIN, 0, 0, [], ["Integrator", ""]), "saved"); // 3.4
	const asked = await page.until(() => { const open = [...page.section(SCOPE)].filter(([key, is]) => key > 4096 && is[0] & (IS_OPEN | IS_CLOSING)); return open.length && open; });
	for (const [key, [, round]] of asked) {
		const activity = key - 4096, [, kind, , secret] = (await page.until(() => page.section(ACTIVITY, activity).get(0)));
		const verdict = await page.command(BALLOT, activity, 0, [round, 0, encode([1, 1])], null, secret ? [activity, round] : null); // 4.7
		assert.equal(console.log(`activity ${activity} (${kind}${secret ? ", secret" : ""}): ${verdict}`) ?? verdict, "saved");
	}
	return page;
}
/** 7.4: the log by HTTP. Checks every digest and the chain as 6.1 and 6.2 say, without a line of ours; gives the entries. */
async function logOf(sid, token) {
	const answer = await fetch(`http://${options.host}:${options.port}/api/sessions/${sid}/log`, { headers: { authorization: `Bearer ${token.toString("base64url")}` } });
	assert.equal(answer.status, 200);
	assert.equal(answer.headers.get("content-type"), "application/octet-stream");
	const values = [...decodeMulti(new Uint8Array(await answer.arrayBuffer()))], sha = (...parts) => createHash("sha256").update(Buffer.concat(parts)).digest();
	const number = (value, bytes) => { const out = Buffer.alloc(8); out.writeBigUInt64BE(BigInt(value)); return out.subarray(8 - bytes); };
	assert.deepEqual(values.shift(), ["bollplank.log.1", sid]);
	assert.deepEqual(values.pop(), [null]); // whole
	let chain = Buffer.alloc(16);
	return values.map(([term, seq, at, itsChain, digest, struck, head, form, text], i) => {
		const h = Buffer.from(head), salted = h[1], digests = [h.subarray(36, 68), h.subarray(68, 100)], fields = [Buffer.from("bollplank.entry.1"), h, salted & 1 ? Buffer.alloc(0) : Buffer.from(form)];
		assert.equal(seq, i + 1);
		assert.deepEqual(sha(...fields.flatMap((field) => [number(field.length, 4), field])), Buffer.from(digest)); // 6.2
		for (const [bit, part] of [[1, form], [2, text]])
			if (salted & bit) {
				const is = digests.shift();
				assert.deepEqual(struck & bit ? is : sha(Buffer.from(part)), is); // 6.1
				assert.equal(!!(struck & bit), part.length === 0);
			}
		chain = sha(chain, number(term, 4), number(seq, 8), number(at, 8), Buffer.from(digest)).subarray(0, 16);
		assert.deepEqual(chain, Buffer.from(itsChain));
		return { seq, command: h.readUInt16BE(2), who: h.readUInt32BE(4), a: h.readUInt32BE(20), struck, form: salted & 1 ? form.slice(16) : form };
	});
}
async function refused(sid, authorization, method = "GET") {
	const answer = await fetch(`http://${options.host}:${options.port}/api/sessions/${sid}/log`, { method, headers: authorization ? { authorization } : {} });
	return answer.status;
}
async function asFacilitator(key) {
	const token = randomBytes(16), item = (word) => [0, [["en", word]]], question = (secret) => ["dots", 1, secret, encode([3, 2]), "", [["en", "Which?", ""]], [], [item("Light"), item("Air")]];
	const body = encode([1, true, "en", 0, 0, "", [["en", "An integrator's test"]], [["en", "For whoever runs it"]], [[FACILITATOR, createHash("sha256").update(token).digest(), [["", "Fay"]]]], // 7.2
		[[5, 0, 0, 0, [[2, 3]], [["en", "Questions", "", "Dots"]], null, [question(false), question(true)]]], []]);
	const answer = await fetch(`http://${options.host}:${options.port}/api/sessions`, { method: "POST", body, headers: { authorization: `Bearer ${key}`, "content-type": "application/msgpack" } });
	assert.equal(answer.status, 201);
	const [sid, code] = decode(new Uint8Array(await answer.arrayBuffer())), fay = new Page([0, 1, 1, sid, token, new Uint8Array(), randomBytes(8), 0, 0]);
	for (const [command, a, form, words] of [[JOIN, 0, []], [GO, 1, []], [OPEN, 1, [0]], [OPEN, 2, [0]]])
		assert.equal(await fay.command(command, a, 0, form, words), "saved");
	const pages = [await vote(code), await vote(code), await vote(code)];
	const before = await logOf(sid, token), ballots = (log) => log.filter((one) => one.command === SECRET_BALLOT);
	const open = (log) => log.filter((one) => one.command === BALLOT).map((one) => [one.struck, one.form.length > 0]);
	assert.deepEqual(open(before), [[1, false], [1, false], [1, false]]); // 7.4: nobody has looked, and nothing was shown
	assert.deepEqual(ballots(before).map((one) => [one.who, one.struck, one.form.length]), [[0, 1, 0], [0, 1, 0], [0, 1, 0]]); // 7.4: nothing of them before the seal
	for (const activity of [1, 2]) {
		assert.equal(await fay.command(CLOSE, activity, 0, [1]), "saved");
		await fay.until(() => activity === 1 || fay.section(SCOPE).get(4096 + activity)[0] === IS_SEALED);
		assert.equal(await fay.command(REVEAL, activity, 0, []), "saved");
		for (const page of [fay, ...pages]) { // 5.9, 5.11: three ballots, a dot each on item 1
			const [ballots, heads, heldBack, tally] = await page.until(() => page.section(RESULT, activity).get(1));
			assert.deepEqual([ballots, heads, heldBack, decode(tally)], [3, 3, 0, [1, 3, 3]]);
		}
	}
	const log = await logOf(sid, token), other = randomBytes(16).toString("base64url");
	assert.ok(log.length > before.length && log.some((one) => one.command === SEAL));
	assert.deepEqual(open(log), [[0, true], [0, true], [0, true]]); // shown meanwhile
	assert.deepEqual(log.slice(0, before.length).map((one) => one.command), before.map((one) => one.command));
	for (const [status, ...asked] of [[401, sid], [401, sid, "Bearer "], [401, sid, `Bearer ${other}`], [401, sid, `Bearer ${pages[0].token.toString("base64url")}`],
		[404, "0123456789abcdef", `Bearer ${other}`], [404, "nowhere", `Bearer ${other}`], [405, sid, `Bearer ${token.toString("base64url")}`, "HEAD"], [405, sid, `Bearer ${token.toString("base64url")}`, "DELETE"]])
		assert.equal(await refused(...asked), status, asked.join(" "));
	console.log(`two questions asked, three answers each, both results as they should be; the log of ${log.length} entries is whole\n1 passed, 0 failed`);
}
setTimeout(() => { console.error("nothing came for 20 s"); process.exit(1); }, 20000).unref();
await (options.key ? asFacilitator(options.key) : vote(options.code));
process.exit(0);
