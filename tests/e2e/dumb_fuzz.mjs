// SPDX-License-Identifier: EUPL-1.2
// Bytes by lot against a running daemon: broken requests, broken frames, cut connections. It must stay well and serve others meanwhile.
//   node tests/e2e/dumb_fuzz.mjs --port N [--seconds 20] [--seed 1]
// The same seed sends the same bytes; when they arrive is the machine's business. Run it against a sanitizer build.
import { Peer, frame, upgrade } from "./raw.mjs"

const option = (name, usual) => { const i = process.argv.indexOf(`--${name}`); return Number(i < 0 ? usual : process.argv[i + 1]) }
const port = option("port", 7070), seconds = option("seconds", 20)
const PARALLEL = 8

let state = option("seed", 1) >>> 0 // mulberry32
function chance() {
	state = (state + 0x6d2b79f5) >>> 0
	let x = Math.imul(state ^ (state >>> 15), 1 | state)
	x = (x + Math.imul(x ^ (x >>> 7), 61 | x)) ^ x
	return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32
}
const below = (n) => Math.floor(chance() * n)
const oneOf = (list) => list[below(list.length)]
const noise = (n) => Buffer.from([...Array(n)].map(() => below(256)))

const host = "fuzz.test"
const requests = [
	() => upgrade(host),
	() => upgrade(host, { "Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits" }),
	() => upgrade(host, { Upgrade: "h2c", "HTTP2-Settings": "AAAA" }),
	() => `GET /index.html?x=%41&y HTTP/1.1\r\nHost: ${host}\r\nCookie: a=b\r\nAccept-Encoding: gzip\r\n\r\n`,
	() => `GET /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\nGET /metrics HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
	() => `POST /api/sessions HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer x\r\nContent-Length: 10\r\n\r\n0123456789`,
	() => `POST / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 10\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n0\r\n\r\n`,
	() => noise(below(2000)),
]

function mutate(bytes) {
	let b = Buffer.from(bytes)
	for (let n = oneOf([0, 0, 1, 2, 5, 20]); n > 0; n--) {
		const at = below(b.length + 1), kind = chance()
		if (kind < 0.4 && at < b.length) b[at] = below(256)
		else if (kind < 0.6) b = Buffer.concat([b.subarray(0, at), noise(oneOf([1, 3, 50])), b.subarray(at)])
		else if (kind < 0.8) b = Buffer.concat([b.subarray(0, at), b.subarray(at + oneOf([1, 4, 20]))])
		else { const from = below(b.length + 1); b = Buffer.concat([b.subarray(0, at), b.subarray(from, from + oneOf([5, 50, 2000])), b.subarray(at)]) }
	}
	return b
}

const someFrame = () => frame(oneOf([0, 1, 2, 2, 2, 8, 9, 10, 3]), noise(oneOf([0, 1, 2, 30, 124, 125, 126, 512, 513, 1024, 1025, 5000])), {
	fin: chance() < 0.7, mask: chance() < 0.95, rsv: oneOf([0, 0, 0, 0, 0x40, 0x20]),
	claim: chance() < 0.1 ? oneOf([0n, 126n, 65536n, 2n ** 31n, 2n ** 32n, 2n ** 63n, 2n ** 64n - 1n]) : undefined,
})
/** A hello that is nearly right, so that some bytes come behind the first door. */
const someHello = () => mutate(frame(2, Buffer.concat([Buffer.from([0x99, 0, 1, 0, 0xa8]), Buffer.from("K7MP3XQR"), Buffer.from([0xc4, 16]), noise(16),
	Buffer.from([0xc4, 16]), noise(16), Buffer.from([0xc4, 8]), noise(8), Buffer.from([0, 0])])))

async function connection() {
	// All of it is drawn before the first wait, so that the order of arrival does not change what is sent.
	const isSocket = chance() < 0.5
	const pieces = isSocket ? [...Array(1 + below(7))].map(() => (chance() < 0.2 ? someHello() : mutate(someFrame()))) : [mutate(oneOf(requests)())]
	const cut = below(pieces[0].length + 1), reset = chance() < 0.3, wait = oneOf([0, 0, 5, 30])
	const from = `127.0.1.${1 + below(50)}` // many addresses of this machine: one alone would soon be turned away
	const peer = new Peer(port, "127.0.0.1", from)
	if (isSocket) {
		peer.send(upgrade(host))
		await peer.status(3000)
		peer.send(...pieces)
	} else {
		peer.send(pieces[0].subarray(0, cut), pieces[0].subarray(cut))
	}
	await peer.until(() => peer.bytes.length > 0, wait)
	if (reset && peer.socket.resetAndDestroy) peer.socket.resetAndDestroy()
	else peer.destroy()
}

async function healthTakes() {
	const begun = Date.now(), peer = new Peer(port)
	peer.send(`GET /healthz HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
	const status = await peer.status(5000)
	peer.destroy()
	return status === 200 ? Date.now() - begun : Infinity
}

const end = Date.now() + seconds * 1000
let connections = 0, slowest = 0
const worker = async () => { while (Date.now() < end && slowest < Infinity) { await connection(); connections++ } }
const watch = async () => { while (Date.now() < end && slowest < Infinity) { slowest = Math.max(slowest, await healthTakes()); await new Promise((go) => setTimeout(go, 250)) } }
await Promise.all([...[...Array(PARALLEL)].map(worker), watch()])
slowest = Math.max(slowest, await healthTakes())
const ok = slowest < 2000
console.log(`${ok ? "ok  " : "FAIL"} ${connections} connections with bytes by lot in ${seconds} s (seed ${option("seed", 1)}); slowest answer to others ${slowest} ms`)
process.exit(ok ? 0 : 1)
