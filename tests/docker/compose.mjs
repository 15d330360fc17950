// SPDX-License-Identifier: EUPL-1.2
// Is what lies in docker/ of one piece? node tests/docker/compose.mjs --daemon build/dev/daemon/bollplank-daemon
// No engine is needed; where `docker compose` is there, it is asked too. --control breaks the files in many small ways and wants each to be found.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const top = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const option = (name) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const daemon = resolve(option("--daemon") ?? join(top, "build/dev/daemon/bollplank-daemon"));
const room = mkdtempSync(join(tmpdir(), "bollplank-docker-"));
process.on("exit", () => rmSync(room, { recursive: true, force: true }));
const text = (path) => readFileSync(join(top, path), "utf8");
const run = (program, ...args) => execFileSync(program, args, { cwd: top, encoding: "utf8" });

// ---- what is looked at ----

function read() {
	const tool = join(room, "yaml_json");
	run(process.env.CC ?? "cc", "-std=gnu11", "-O1", "-o", tool, "tests/docker/yaml_json.c", "-lyaml");
	run("docker/make-secrets", join(room, "secrets"));
	return {
		compose: JSON.parse(run(tool, "docker/compose.yaml")),
		files: Object.fromEntries(["docker/Dockerfile", "docker/redis.Dockerfile", "docker/Caddyfile", "docker/redis.conf", "docker/bollplank.acl", "docker/README.md", "README.md",
			"daemon/redis/README.md", "daemon/redis/bollplank1.lua", "daemon/base/limits.h", ".dockerignore", ".gitignore"].map((path) => [path, text(path)])),
		help: run(daemon, "--help"),
		made: readdirSync(join(room, "secrets")),
		needed: needed(),
	};
}

// Debian 12's packages of the libraries that the daemon is linked to; null elsewhere, where they are called differently.
function needed() {
	if (!existsSync("/etc/os-release") || !/^VERSION_ID="12"$/m.test(readFileSync("/etc/os-release", "utf8")) || spawnSync("objdump", ["--version"]).status !== 0) return null;
	const names = [...run("objdump", "-p", daemon).matchAll(/NEEDED\s+(\S+)/g)].map((m) => m[1]);
	return names.map((name) => spawnSync("dpkg-query", ["-S", `*/${name}`], { encoding: "utf8" }).stdout.split(":")[0])
		.filter((name) => name && !/^(libc6|libgcc|libasan|libubsan)/.test(name));
}

// ---- the checks: complain(sentence) ----

const known = {
	top: ["name", "services", "networks", "volumes", "secrets"],
	service: ["build", "cap_add", "cap_drop", "command", "cpus", "depends_on", "environment", "healthcheck", "image", "init", "logging", "mem_limit", "network_mode", "networks",
		"pids_limit", "ports", "read_only", "restart", "secrets", "security_opt", "stop_grace_period", "tmpfs", "ulimits", "volumes"],
	build: ["context", "dockerfile"],
	volume: [], secret: ["file"], network: ["internal", "ipam"],
	healthcheck: ["disable", "test", "interval", "timeout", "retries", "start_period"],
};

function merged(node) {
	if (Array.isArray(node)) return node.map(merged);
	if (node === null || typeof node !== "object") return node;
	const { "<<": base, ...own } = node;
	return { ...(base ? merged(base) : {}), ...Object.fromEntries(Object.entries(own).map(([key, value]) => [key, merged(value)])) };
}

const plain = (value) => String(value).replace(/\$\{[A-Z_]+:-([^}]*)\}/g, "$1");
const seconds = (value) => (/^(\d+)s$/.exec(value) ? Number(RegExp.$1) : NaN);
const from_image = { one: "docker/Dockerfile", two: "docker/Dockerfile", three: "docker/Dockerfile" };

function check_keys(where, node, allowed, complain) {
	for (const key of Object.keys(node ?? {})) if (!allowed.includes(key) && !key.startsWith("x-")) complain(`${where}: what is "${key}"?`);
}

function check_service(name, service, compose, world, complain) {
	const say = (sentence) => complain(`service ${name}: ${sentence}`);
	check_keys(`service ${name}`, service, known.service, complain);
	check_keys(`service ${name}: build`, service.build, known.build, complain);
	check_keys(`service ${name}: healthcheck`, service.healthcheck, known.healthcheck, complain);
	let dockerfile = null;
	if (service.build) {
		dockerfile = join("docker", service.build.context, service.build.dockerfile ?? "Dockerfile");
		if (!existsSync(join(top, dockerfile))) say(`there is no ${dockerfile}`);
	} else if (!/:[0-9]/.test(plain(service.image ?? ""))) {
		say("an image of somebody else without a version");
	}
	for (const key of ["mem_limit", "pids_limit", "cpus", "restart", "logging"]) if (service[key] === undefined) say(`no ${key}`);
	if (service.read_only !== true || !(service.cap_drop ?? []).includes("ALL") || !(service.security_opt ?? []).includes("no-new-privileges:true"))
		say("not read-only, or not without capabilities and new privileges");
	if (service.privileged || plain(service.user ?? "") === "root") say("as root");
	const mounts = [];
	for (const volume of service.volumes ?? []) {
		const [from, to] = plain(volume).split(":");
		mounts.push(to);
		if (from.startsWith(".") ? !existsSync(join(top, "docker", from)) : !(from in (compose.volumes ?? {}))) say(`there is no volume ${from}`);
	}
	for (const secret of service.secrets ?? []) {
		if (!(secret in (compose.secrets ?? {}))) say(`there is no secret ${secret}`);
		mounts.push(`/run/secrets/${secret}`);
	}
	for (const place of service.tmpfs ?? []) mounts.push(place.split(":")[0]);
	for (const network of service.networks ?? []) if (!(network in (compose.networks ?? {}))) say(`there is no network ${network}`);
	if (service.network_mode && service.networks) say("network_mode and networks");
	for (const [other, how] of Object.entries(service.depends_on ?? {})) {
		const it = compose.services[other];
		const file = it?.build && text(join("docker", it.build.context, it.build.dockerfile));
		if (!it) say(`waits for ${other}, which is not there`);
		else if (how.condition === "service_healthy" && !it.healthcheck?.test && !/^HEALTHCHECK /m.test(file || "")) say(`waits for the health of ${other}, which has no check`);
	}
	if (name !== "proxy" && service.ports) say("publishes a port; only the proxy should");
	for (const port of service.ports ?? []) if (typeof port !== "string" || !/^\d+:\d+(\/udp)?$/.test(port)) say(`"${port}" is no port, or not in quotes`);
	const expected = [...world.help.matchAll(/^ {2}(BOLLPLANK_[A-Z_]+) /gm)].map((m) => m[1]);
	for (const [key, value] of Object.entries(service.environment ?? {})) {
		if (name in from_image && !expected.includes(key)) say(`the daemon knows no ${key}`);
		for (const [path] of plain(value).matchAll(/\/(run|var|etc)\/\S*/g)) if (!mounts.some((mount) => path === mount || path.startsWith(`${mount}/`))) say(`${path} is not mounted`);
	}
	for (const [path] of (service.command ?? []).join(" ").matchAll(/\/run\/[a-z./-]+[a-z]/g))
		if (!mounts.some((mount) => path === mount || path.startsWith(`${mount}/`))) say(`${path} is not mounted`);
}

function check_instances(services, world, complain) {
	const instances = Object.entries(services).filter(([, s]) => s.build?.dockerfile === "docker/Dockerfile");
	if (instances.length !== 3) complain(`${instances.length} instances`);
	if (new Set(instances.map(([, s]) => JSON.stringify(s))).size > 1) complain("the instances differ");
	const exposed = /^EXPOSE (\d+)$/m.exec(world.files["docker/Dockerfile"])?.[1];
	const behind = /\$\{?BOLLPLANK_INSTANCES:([^}]*)\}/.exec(world.files["docker/Caddyfile"])?.[1] ?? "";
	if (behind.split(" ").sort().join() !== instances.map(([name]) => `${name}:${exposed}`).sort().join()) complain(`the proxy passes on to "${behind}"`);
	const stop = Number(/STOP_MS = (\d+) \* 1000/.exec(world.files["daemon/base/limits.h"])?.[1]);
	for (const [name, s] of instances) if (!(seconds(s.stop_grace_period) > stop)) complain(`service ${name}: a stop may take ${stop} s, and it is killed after ${s.stop_grace_period}`);
	const many = Number(/LIMIT_CONNECTIONS = (\d+)/.exec(world.files["daemon/base/limits.h"])?.[1]);
	for (const [name, s] of instances) if (!(s.ulimits?.nofile > many + 256)) complain(`service ${name}: too few descriptors for ${many} connections`);
	for (const [name, s] of instances) if ((s.networks ?? []).join() !== "inside") complain(`service ${name}: in another network than the proxy is believed in`);
}

function check_redis(compose, world, complain) {
	const conf = Object.fromEntries([...world.files["docker/redis.conf"].matchAll(/^([a-z-]+) (.*)$/gm)].map((m) => [m[1], m[2]]));
	const wanted = { port: "0", appendonly: "yes", appendfsync: "always", save: '""', "maxmemory-policy": "noeviction", "enable-debug-command": "no", "no-appendfsync-on-rewrite": "no",
		"slowlog-log-slower-than": "-1" };
	for (const [key, value] of Object.entries(wanted)) if (conf[key] !== value) complain(`redis.conf: ${key} is ${conf[key]}`);
	const redis = compose.services.redis ?? {};
	if (redis.network_mode !== "none") complain("Redis has a network");
	const mounts = [...(redis.volumes ?? []).map((v) => plain(v).split(":")[1]), ...(redis.secrets ?? []).map((s) => `/run/secrets/${s}`)];
	const dir = /"--dir", "([^"]*)"/.exec(world.files["docker/redis.Dockerfile"])?.[1];
	for (const path of [dirname(conf.unixsocket ?? ""), dir, conf.aclfile]) if (!mounts.includes(path)) complain(`Redis: ${path} is not mounted`);
	const unit = { mb: 1, g: 1024, m: 1 };
	const size = (value) => { const m = /^(\d+)(mb|m|g)$/.exec(value ?? ""); return m ? Number(m[1]) * unit[m[2]] : NaN; };
	if (!(size(redis.mem_limit) >= 2 * size(conf.maxmemory))) complain(`Redis may have ${redis.mem_limit}; a rewrite of ${conf.maxmemory} can need twice that`);
	if (!world.files["docker/redis.Dockerfile"].includes(conf.unixsocket)) complain("the health check of Redis asks another socket");
	for (const s of Object.values(compose.services)) {
		const address = s.environment?.BOLLPLANK_REDIS;
		if (address && address !== `unix:${conf.unixsocket}`) complain(`an instance looks for Redis at ${address}`);
	}
}

function check_acl(world, complain) {
	const line = /^user bollplank .*$/m.exec(world.files["docker/bollplank.acl"])?.[0] ?? "";
	const granted = [...line.matchAll(/ \+(\S+)/g)].map((m) => m[1].toLowerCase());
	const reading = /^Reading: (.*)$/m.exec(world.files["daemon/redis/README.md"])?.[1] ?? "";
	const wanted = new Set(["auth", "client|setname", "fcall", "function|load", ...[...reading.matchAll(/`([A-Z]+)[^`]*`/g)].map((m) => m[1].toLowerCase()),
		...[...world.files["daemon/redis/bollplank1.lua"].matchAll(/redis\.call\('([A-Z]+)'/g)].map((m) => m[1].toLowerCase())]);
	for (const command of wanted) if (!granted.includes(command)) complain(`bollplank.acl: ${command} is needed and not given`);
	for (const command of granted) if (!wanted.has(command)) complain(`bollplank.acl: ${command} is given and nobody needs it`);
	if (!/ -@all /.test(line) || (line.match(/ [~%&]\S+/g) ?? []).join() !== " ~bp:*" || !/ resetchannels /.test(line)) complain("bollplank.acl: more than ~bp:* and single commands");
	if (!/^user default off /m.test(world.files["docker/bollplank.acl"])) complain("bollplank.acl: people without a name");
}

function check_images(world, complain) {
	for (const path of ["docker/Dockerfile", "docker/redis.Dockerfile"]) {
		const file = world.files[path], last = file.slice(file.lastIndexOf("\nFROM "));
		if (!/^USER [1-9]\d*:[1-9]\d*$/m.test(last)) complain(`${path}: no USER by numbers`);
		if (!/^HEALTHCHECK /m.test(last) || !/^STOPSIGNAL SIGTERM$/m.test(last) || !/^CMD \["/m.test(last)) complain(`${path}: no HEALTHCHECK, STOPSIGNAL or CMD as a list`);
		if (/\b(ADD|curl|wget|latest)\b/.test(file)) complain(`${path}: fetches from elsewhere than Debian and npm`);
		for (const m of file.matchAll(/^FROM (\S+)/gm)) if (m[1] !== "debian:12-slim") complain(`${path}: from ${m[1]}`);
		if (/^(ENV|ARG) .*(KEY|PASSWORD|SECRET|TOKEN)[A-Z_]*=/m.test(file)) complain(`${path}: a secret in the image`);
	}
	const install = /apt-get install -y --no-install-recommends ([^&]*)/.exec(world.files["docker/Dockerfile"])?.[1].split(/[\s\\]+/).filter(Boolean) ?? [];
	if (!install.includes("libwebsockets-evlib-uv")) complain("Dockerfile: libwebsockets-evlib-uv is loaded at run time, and missing");
	for (const name of world.needed ?? []) if (!install.includes(name)) complain(`Dockerfile: the daemon needs ${name}`);
	for (const m of world.files["docker/Dockerfile"].matchAll(/(BOLLPLANK_[A-Z_]+)=/g)) if (!world.help.includes(`  ${m[1]} `)) complain(`Dockerfile: the daemon knows no ${m[1]}`);
	for (const word of ["daemon", "clients", "protocol", "catalog", "CMakeLists.txt", "CMakePresets.json", "LICENSE"])
		if (!world.files[".dockerignore"].includes(`\n!${word}\n`)) complain(`.dockerignore: without ${word} there is nothing to build from`);
}

// What the texts say about options must be so.
function check_texts(compose, world, complain) {
	const options = new Set([...world.help.matchAll(/--[a-z][a-z-]+/g)].map((m) => m[0]));
	for (const path of ["docker/README.md", "README.md"])
		for (const m of world.files[path].matchAll(/bollplank-daemon((?:\s*\\?\n?\s+[^\n`]*)?)/g))
			for (const o of m[1].matchAll(/\s(--[a-z][a-z-]+)/g)) if (!options.has(o[1])) complain(`${path}: the daemon has no ${o[1]}`);
	for (const m of JSON.stringify(compose).matchAll(/\$\{([A-Z_]+)([^}]*)\}/g)) {
		if (!m[2].startsWith(":-")) complain(`compose.yaml: ${m[1]} has no default`);
		if (!world.files["docker/README.md"].includes(m[1])) complain(`docker/README.md does not tell of ${m[1]}`);
	}
	if (!/^\/docker\/secrets\/$/m.test(world.files[".gitignore"])) complain(".gitignore: the secrets could be committed");
}

function check_all(world) {
	const complaints = [], complain = (sentence) => complaints.push(sentence);
	const compose = merged(world.compose);
	check_keys("compose.yaml", compose, known.top, complain);
	for (const [name, volume] of Object.entries(compose.volumes ?? {})) check_keys(`volume ${name}`, volume, known.volume, complain);
	for (const [name, network] of Object.entries(compose.networks ?? {})) check_keys(`network ${name}`, network, known.network, complain);
	for (const [name, secret] of Object.entries(compose.secrets ?? {})) {
		check_keys(`secret ${name}`, secret, known.secret, complain);
		if (secret.file !== `./secrets/${name}` || !world.made.includes(name)) complain(`secret ${name}: make-secrets makes no ${secret.file}`);
	}
	for (const kind of ["volumes", "secrets", "networks"])
		for (const name of Object.keys(compose[kind] ?? {}))
			if (!Object.values(compose.services).some((s) => (s[kind] ?? []).some((use) => use.split(":")[0] === name))) complain(`nobody uses ${name} of ${kind}`);
	for (const [name, service] of Object.entries(compose.services ?? {})) check_service(name, service, compose, world, complain);
	check_instances(compose.services, world, complain);
	check_redis(compose, world, complain);
	check_acl(world, complain);
	check_images(world, complain);
	check_texts(compose, world, complain);
	if (compose.networks?.inside?.internal !== true) complain("instances can call out");
	if (plain(compose.networks?.inside?.ipam?.config?.[0]?.subnet) !== plain(compose.services.one?.environment?.BOLLPLANK_TRUSTED_PROXY)) complain("the proxy is believed elsewhere than where it is");
	return [...new Set(complaints)];
}

// ---- controls ----

const one = (w) => w.compose["x-instance"];
const swap = (path, from, to) => (w) => {
	if (!w.files[path].includes(from)) throw new Error(`${path} has no "${from}"; this control needs mending`);
	w.files[path] = w.files[path].replace(from, to);
};
const controls = [
	["a misspelt key", (w) => { w.compose.services.redis.helthcheck = {}; }],
	["an unknown environment name", (w) => { for (const s of ["one", "two", "three"]) w.compose.services[s].environment.BOLLPLANK_REDISS = "x"; }],
	["a published Redis", (w) => { w.compose.services.redis.ports = ["6379:6379"]; }],
	["Redis in a network", (w) => { delete w.compose.services.redis["<<"].network_mode; w.compose.services.redis.networks = ["inside"]; }],
	["a volume that is not declared", (w) => { delete w.compose.volumes["redis-data"]; }],
	["a volume that nobody uses", (w) => { w.compose.volumes.more = null; }],
	["a secret that is not made", (w) => { w.compose.secrets.more = { file: "./secrets/more" }; w.compose.services.redis.secrets.push("more"); }],
	["a secret that is not mounted", (w) => { one(w).secrets.pop(); for (const s of ["one", "two", "three"]) w.compose.services[s].secrets = ["creation.key", "redis.password"]; }],
	["waiting for nobody", (w) => { w.compose.services.proxy.depends_on.four = { condition: "service_started" }; }],
	["waiting for the health of what has no check", (w) => { w.compose.services.redis.depends_on = { proxy: { condition: "service_healthy" } }; }],
	["an instance of its own kind", (w) => { w.compose.services.two.mem_limit = "1m"; }],
	["killed while it says goodbye", (w) => { for (const s of ["one", "two", "three"]) w.compose.services[s].stop_grace_period = "10s"; }],
	["no limit of memory", (w) => { delete w.compose.services.proxy.mem_limit; }],
	["a port as a number", (w) => { w.compose.services.proxy.ports[0] = 80; }],
	["an image without a version", (w) => { w.compose.services.proxy.image = "caddy"; }],
	["another instance behind the proxy", swap("docker/Caddyfile", "three:7070", "four:7070")],
	["another port behind the proxy", swap("docker/Dockerfile", "EXPOSE 7070", "EXPOSE 7071")],
	["a variable without a default", (w) => { w.compose.services.proxy.environment.BOLLPLANK_SITE = "${BOLLPLANK_SITE}"; }],
	["a variable that nobody tells of", (w) => { w.compose.services.proxy.environment.X = "${BOLLPLANK_X:-1}"; }],
	["a proxy that is believed elsewhere", (w) => { for (const s of ["one", "two", "three"]) w.compose.services[s].environment.BOLLPLANK_TRUSTED_PROXY = "10.0.0.0/8"; }],
	["a Redis that fsyncs each second", swap("docker/redis.conf", "appendfsync always", "appendfsync everysec")],
	["a Redis that forgets", swap("docker/redis.conf", "noeviction", "allkeys-lru")],
	["another socket", swap("docker/redis.conf", "\nunixsocket /run/bollplank-redis/redis.sock", "\nunixsocket /run/redis.sock")],
	["data that are in no volume", swap("docker/redis.Dockerfile", '"--dir", "/var/lib/redis"', '"--dir", "/var/lib"')],
	["a right that nobody needs", swap("docker/bollplank.acl", "+wait", "+wait +eval")],
	["a right that is missing", swap("docker/bollplank.acl", " +lset", "")],
	["all keys", swap("docker/bollplank.acl", "~bp:*", "~*")],
	["people without a name", swap("docker/bollplank.acl", "user default off", "user default on")],
	["an image that runs as root", swap("docker/Dockerfile", "USER 10001:10001", "USER root")],
	["a library that is missing", swap("docker/Dockerfile", "libwebsockets17 libwebsockets-evlib-uv ", "libwebsockets17 ")],
	["an option that is not there", swap("docker/README.md", "", "\n    bollplank-daemon --radis x\n")],
];

function clone(world) {
	const copy = structuredClone(world);
	const x = merged(copy.compose);
	// The instances are merged, so that a control can change one of them; what Redis has from elsewhere stays apart.
	for (const name of ["one", "two", "three"]) copy.compose.services[name] = structuredClone(x.services[name]);
	return copy;
}

const world = read();
const complaints = check_all(world);
for (const complaint of complaints) console.log(`FAILED: ${complaint}`);
if (!process.argv.includes("--control")) {
	let passed = complaints.length === 0 ? 1 : 0, failed = complaints.length, skipped = 0;
	const words = [["docker", "compose"], ["docker-compose"]].find(([program, ...more]) => spawnSync(program, [...more, "version"]).status === 0);
	if (words) {
		const asked = spawnSync(words[0], [...words.slice(1), "--file", "docker/compose.yaml", "config", "--quiet"], { cwd: top, encoding: "utf8" });
		if (asked.status === 0) passed++;
		else { failed++; console.log(`FAILED: ${words.join(" ")} config: ${asked.stderr}`); }
	} else {
		skipped++;
		console.log("skipped: docker compose config (there is no docker compose here)");
	}
	console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
	process.exit(failed ? 1 : 0);
}
let found = 0;
for (const [name, spoil] of controls) {
	const spoilt = clone(world);
	spoil(spoilt);
	const more = check_all(spoilt).filter((complaint) => !complaints.includes(complaint));
	if (more.length) found++;
	else console.log(`FAILED: nobody noticed: ${name}`);
}
console.log(`${found} passed, ${controls.length - found} failed`);
process.exit(found === controls.length ? 0 : 1);
