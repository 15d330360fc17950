// SPDX-License-Identifier: EUPL-1.2
// A peer on a bare socket, for tests that send what no browser would. No packages; Node 18 or later.
import net from "node:net"
import crypto from "node:crypto"

export const OP = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 }

/** One frame of a client (RFC 6455 section 5.2). `claim`: a length other than the payload's own. */
export function frame(op, payload = Buffer.alloc(0), { fin = true, mask = true, rsv = 0, claim } = {}) {
	payload = Buffer.from(payload)
	const length = BigInt(claim ?? payload.length)
	const head = [(fin ? 0x80 : 0) | rsv | op]
	const bit = mask ? 0x80 : 0
	if (length < 126n) head.push(bit | Number(length))
	else if (length < 65536n) head.push(bit | 126, Number(length >> 8n), Number(length & 255n))
	else {
		head.push(bit | 127)
		for (let shift = 56n; shift >= 0n; shift -= 8n) head.push(Number((length >> shift) & 255n))
	}
	if (!mask) return Buffer.concat([Buffer.from(head), payload])
	const key = crypto.randomBytes(4)
	return Buffer.concat([Buffer.from(head), key, payload.map((byte, i) => byte ^ key[i & 3])])
}

/** The request that a page makes, with fields changed (a value), added, or left out (null). */
export function upgrade(host, changes = {}, line = "GET /live HTTP/1.1") {
	const fields = {
		Host: host,
		Upgrade: "websocket",
		Connection: "keep-alive, Upgrade",
		"Sec-WebSocket-Version": "13",
		"Sec-WebSocket-Key": crypto.randomBytes(16).toString("base64"),
		"Sec-WebSocket-Protocol": "bollplank.v1",
		...changes,
	}
	const lines = Object.entries(fields).filter(([, value]) => value !== null).map(([name, value]) => `${name}: ${value}`)
	return [line, ...lines, "", ""].join("\r\n")
}

/** A socket that keeps what came, and lets a test wait for more of it or for the end. */
export class Peer {
	constructor(port, host = "127.0.0.1", from = undefined) {
		this.port = port
		this.bytes = Buffer.alloc(0)
		this.ended = false
		this.waiting = []
		this.socket = net.connect({ port, host, localAddress: from, noDelay: true, allowHalfOpen: true })
		const wake = () => this.waiting.splice(0).forEach((go) => go())
		const end = () => { this.ended = true; wake() }
		this.socket.on("data", (more) => { this.bytes = Buffer.concat([this.bytes, more]); wake() })
		this.socket.on("end", end)
		this.socket.on("close", end)
		this.socket.on("error", (error) => { this.error = error; end() })
	}

	send(...parts) {
		for (const part of parts) if (!this.socket.destroyed && this.socket.writable) this.socket.write(part)
		return this
	}

	/** Waits until `ready()` gives something, the other side ends, or the time is over. */
	async until(ready, ms = 8000) {
		const over = Date.now() + ms
		for (;;) {
			const got = ready()
			if (got !== undefined && got !== false) return got
			const left = over - Date.now()
			if (this.ended || left <= 0) return undefined
			let timer
			await new Promise((go) => { timer = setTimeout(go, left); this.waiting.push(go) })
			clearTimeout(timer)
		}
	}

	take(n) {
		const bytes = this.bytes.subarray(0, n)
		this.bytes = this.bytes.subarray(n)
		return bytes
	}

	/** The status of the next HTTP answer, or what happened instead: "end" or "silence". */
	async status(ms) {
		const at = await this.until(() => { const i = this.bytes.indexOf("\r\n\r\n"); return i >= 0 && i }, ms)
		if (at === undefined) return this.ended ? "end" : "silence"
		this.head = this.take(at + 4).toString("latin1")
		return Number(/^HTTP\/1\.[01] (\d{3})/.exec(this.head)?.[1])
	}

	header(name) {
		return new RegExp(`^${name}: *(.*?)\r$`, "im").exec(this.head ?? "")?.[1]
	}

	async frame(ms) {
		const whole = () => {
			const b = this.bytes
			if (b.length < 2) return false
			let n = b[1] & 127, at = 2
			if (n === 126) { if (b.length < 4) return false; n = b.readUInt16BE(2); at = 4 }
			else if (n === 127) { if (b.length < 10) return false; n = Number(b.readBigUInt64BE(2)); at = 10 }
			return b.length >= at + n && { op: b[0] & 15, fin: b[0] >> 7 === 1, first: b[0], at, n }
		}
		const got = await this.until(whole, ms)
		if (!got) return undefined
		this.take(got.at)
		return { ...got, payload: this.take(got.n) }
	}

	/** The code that the other side closed with; "end": without a word; "silence": not closed in time. */
	async closeCode(ms = 8000) {
		const over = Date.now() + ms
		for (;;) {
			const got = await this.frame(over - Date.now())
			if (!got) return this.ended ? "end" : "silence"
			if (got.op === OP.close) return got.n >= 2 ? got.payload.readUInt16BE(0) : "none"
		}
	}

	/** Everything up to the end of the connection, or until the time is over. */
	async all(ms = 3000) {
		await this.until(() => false, ms)
		return this.bytes.toString("latin1")
	}

	destroy() {
		this.socket.destroy()
	}
}
