// SPDX-License-Identifier: EUPL-1.2
// What stands in front of the instances in these tests: deals connections to them in turn, passes bytes on as they are, and can cut everything. As the proxies that people use
// it looks whether each instance answers (GET /healthz), and goes to the next when one does not, or does not take the connection; what is connected stays.
//   proxy.mjs LISTEN BACKEND...    ports of this machine; driven over Node's channel: "cut" cuts all connections, "deals" answers how many each one got
import http from "node:http"
import net from "node:net"

const LOOK_MS = 500, PATIENCE_MS = 1000
const [listen, ...ports] = process.argv.slice(2).map(Number)
const backends = ports.map((port) => ({ port, lives: true, dealt: 0 })), pairs = new Set()
let next = 0

function look(one) {
	const asked = http.get({ host: "127.0.0.1", port: one.port, path: "/healthz", agent: false, timeout: PATIENCE_MS }, (answer) => { one.lives = true; answer.resume() })
	asked.on("timeout", () => asked.destroy(new Error("silence")))
	asked.on("error", () => { one.lives = false })
	asked.on("close", () => setTimeout(look, LOOK_MS, one).unref())
}

/** Those that live, from the one whose turn it is; then the others: any may have come back since the last look. */
function turns() {
	const living = backends.filter((one) => one.lives), first = next++
	return [...living.map((_, i) => living[(first + i) % living.length]), ...backends.filter((one) => !one.lives)]
}

function deal(page, left) {
	const one = left.shift()
	if (!one || page.destroyed) return page.destroy()
	const behind = net.connect({ port: one.port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true })
	const refused = () => { one.lives = false; deal(page, left) }
	behind.once("error", refused)
	behind.once("connect", () => {
		behind.off("error", refused)
		one.dealt++
		const pair = { page, behind }, over = () => { pairs.delete(pair); page.destroy(); behind.destroy() }
		pairs.add(pair)
		for (const side of [page, behind]) side.on("error", over).on("close", over)
		page.off("error", ignore)
		page.pipe(behind).pipe(page)
	})
}
const ignore = () => {}

process.on("message", (word) => {
	if (word === "cut") for (const { page, behind } of pairs) { page.resetAndDestroy(); behind.resetAndDestroy() }
	process.send({ [word]: backends.map((one) => one.dealt) })
})
process.on("disconnect", () => process.exit(0))
for (const one of backends) look(one)
net.createServer({ noDelay: true, allowHalfOpen: true }, (page) => { page.on("error", ignore); deal(page, turns()) })
	.listen({ port: listen, host: "127.0.0.1", backlog: 4096 }, () => process.send({ listening: listen }))
