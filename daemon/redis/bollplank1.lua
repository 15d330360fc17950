#!lua name=bollplank1
-- SPDX-License-Identifier: EUPL-1.2
-- What Bollplank asks of Redis: each function is one atomic step on the log of one session. README.md beside this file says what the keys hold and what each
-- function answers. The number in the name is that of this contract: a new meaning gets a new library, and both can be there at the same time.

local EDITION = 1             -- of this file under its name: a daemon that brings a higher one loads it; what is said above stays true of all editions
local LIVES_MS = 3500           -- an instance that has not spoken for so long is dead
local FORGET_MS = 3600 * 1000   -- ... and for so long, forgotten
local BELL = 1000               -- rings kept: who missed more looks at the tips anyway
local ZEROS = '0000000000000000000000000000000000000000'
local DIGEST, MAC = 32, 16
local FIRST = 4 + 8 + 1 + 40    -- of a line: term, at, struck, chain; behind it the tail: digest, MAC, three lengths, head, form, text

local function str(n)
	return string.format('%.0f', n)
end

-- Which life of which primary this is: it changes with every restart and every promotion, so a check of it is atomic with the write.
local function lineage()
	return string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
end

local function clock()
	local t = redis.call('TIME')
	return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

local function fresh(state)
	return { state = state, rid = lineage(), term = '0', seq = '0', hash = ZEROS, at = '0' }
end

-- What a caller needs to know first is `state`.
local function meta(key, log)
	local v = redis.call('HMGET', key, 'term', 'seq', 'hash', 'at', 'rid', 'erased')
	if v[6] then
		return fresh('ERASED')
	end
	if not v[1] then
		return fresh('NOLOG')
	end
	local m = { rid = lineage(), term = v[1], seq = v[2], hash = v[3], at = v[4] }
	m.state = v[5] == m.rid and 'OPEN' or 'CLOSED'
	if str(redis.call('LLEN', log)) ~= m.seq then
		m.state = 'DAMAGED'
	end
	return m
end

local function answer(m, state)
	return { state or m.state, m.rid, m.term, m.seq, m.hash, m.at }
end

local function put(log, m, term, at, struck, tail)
	m.seq = str(tonumber(m.seq) + 1)
	m.at = at
	m.hash = redis.sha1hex(m.hash .. '|' .. term .. '|' .. m.seq .. '|' .. at .. '|' .. string.sub(tail, 1, DIGEST))
	redis.call('RPUSH', log, struct.pack('>I4I8B', tonumber(term), tonumber(at), struck) .. m.hash .. tail)
end

local function save(key, m)
	redis.call('HSET', key, 'term', m.term, 'seq', m.seq, 'hash', m.hash, 'at', m.at)
end

local function ring(bell, sid, m)
	redis.call('XADD', bell, 'MAXLEN', '~', BELL, '*', 's', sid, 'q', m.seq)
end

local function create(K, A)
	if redis.call('EXISTS', K[2], K[4]) > 0 or redis.call('HEXISTS', K[1], 'term') > 0 then
		return { 'TAKEN' }
	end
	redis.call('DEL', K[1]) -- of an erased one the name is free again
	local m = fresh('OPEN')
	m.term = '1'
	put(K[2], m, m.term, str(clock()), 0, A[3])
	save(K[1], m)
	redis.call('HSET', K[1], 'rid', m.rid, 'code', A[2])
	redis.call('SET', K[4], A[1])
	redis.call('SADD', K[5], A[1])
	ring(K[3], A[1], m)
	return answer(m, 'OK')
end

local function append(K, A)
	local m = meta(K[1], K[2])
	if m.state ~= 'OPEN' then
		return answer(m)
	end
	if A[2] ~= m.term then
		return answer(m, 'TERM')
	end
	local at = clock()
	if at < tonumber(m.at) then
		at = tonumber(m.at)
	end
	for i = 3, #A do
		put(K[2], m, m.term, str(at), 0, A[i])
	end
	save(K[1], m)
	ring(K[3], A[1], m)
	return answer(m, 'OK')
end

-- The tip, and what the other instances that live say of this session.
local function look(K, A)
	local out = answer(meta(K[1], K[2]))
	local said, lives, now = redis.call('HGETALL', K[3]), {}, clock()
	if #said > 0 then
		local seen = redis.call('HGETALL', K[4])
		for i = 1, #seen, 2 do
			lives[seen[i]] = now - tonumber(string.match(seen[i + 1], '^%d+') or 0) <= LIVES_MS
		end
	end
	for i = 1, #said, 2 do
		if said[i] == A[1] or lives[said[i]] then
			out[#out + 1] = said[i]
			out[#out + 1] = said[i + 1]
		end
	end
	return out
end

local function alive(K, A)
	local now = clock()
	redis.call('HSET', K[1], A[1], str(now) .. ' ' .. A[2])
	local seen, out = redis.call('HGETALL', K[1]), {}
	for i = 1, #seen, 2 do
		local at, what = string.match(seen[i + 1], '^(%d+) (.*)$')
		if not at then
			redis.call('HDEL', K[1], seen[i]) -- nobody speaks so
		elseif tonumber(at) > now then
			redis.call('HSET', K[1], seen[i], str(now) .. ' ' .. what) -- the clock was set back: it ages from here
			out[#out + 1] = seen[i]
			out[#out + 1] = what
		elseif now - tonumber(at) <= LIVES_MS then
			out[#out + 1] = seen[i]
			out[#out + 1] = what
		elseif now - tonumber(at) > FORGET_MS then
			redis.call('HDEL', K[1], seen[i])
		end
	end
	return out
end

local function publish(K, A)
	local m = redis.call('HMGET', K[1], 'term', 'erased')
	if not m[1] or m[2] then
		return { 'NO' }
	end
	for _, name in ipairs(redis.call('HKEYS', K[2])) do -- each start has a name of its own
		if redis.call('HEXISTS', K[3], name) == 0 then
			redis.call('HDEL', K[2], name)
		end
	end
	redis.call('HSET', K[2], A[1], A[2])
	return { 'OK' }
end

local function leave(K, A)
	redis.call('HDEL', K[1], A[1])
	return { 'OK' }
end

-- A log that this Redis does not have: empty and closed, to be filled by those who have it.
local function begin(K, A)
	if redis.call('EXISTS', K[1], K[2]) > 0 then
		return { 'NO' }
	end
	local m = fresh('CLOSED')
	save(K[1], m)
	redis.call('HSET', K[1], 'rid', '-', 'code', A[2])
	redis.call('SET', K[3], A[1], 'NX')
	redis.call('SADD', K[4], A[1])
	return answer(m)
end

local function expected(m, A)
	return m.state == 'CLOSED' and m.rid == A[2] and m.seq == A[3] and m.hash == A[4]
end

local function fill(K, A)
	local m = meta(K[1], K[2])
	if not expected(m, A) then
		return answer(m, 'NO')
	end
	for i = 5, #A, 4 do -- all is looked at before anything is written: an error does not undo
		if not (tonumber(A[i]) and tonumber(A[i + 1]) and tonumber(A[i + 2]) and A[i + 3] and #A[i + 3] >= DIGEST + MAC) then
			return answer(m, 'NO')
		end
	end
	for i = 5, #A, 4 do
		put(K[2], m, A[i], A[i + 1], tonumber(A[i + 2]), A[i + 3])
		if tonumber(A[i]) > tonumber(m.term) then
			m.term = A[i]
		end
	end
	save(K[1], m)
	ring(K[3], A[1], m)
	return answer(m, 'OK')
end

local function open(K, A)
	local m = meta(K[1], K[2])
	if not expected(m, A) or not tonumber(A[5]) or tonumber(A[5]) <= tonumber(m.term) or m.seq == '0' then
		return answer(m, 'NO')
	end
	m.term = A[5]
	save(K[1], m)
	redis.call('HSET', K[1], 'rid', m.rid)
	ring(K[3], A[1], m)
	return answer(m, 'OK')
end

local function strike(K, A)
	local seq, parts = tonumber(A[1]), tonumber(A[3])
	local line = redis.call('LINDEX', K[2], seq - 1)
	if not line or string.sub(line, FIRST + 1, FIRST + DIGEST) ~= A[2] then
		return { 'NO' }
	end
	local lengths = FIRST + DIGEST + MAC
	local head, form, text = struct.unpack('>I2I4I4', string.sub(line, lengths + 1, lengths + 10))
	local struck = bit.bor(string.byte(line, 13), parts)
	if struck == string.byte(line, 13) then
		return { 'OK' }
	end
	local at = lengths + 10 + head
	local body = string.sub(line, lengths + 11, at)
	local form_bytes = string.sub(line, at + 1, at + form)
	local text_bytes = string.sub(line, at + form + 1, at + form + text)
	if bit.band(struck, 1) ~= 0 then
		form_bytes = ''
	end
	if bit.band(struck, 2) ~= 0 then
		text_bytes = ''
	end
	redis.call('LSET', K[2], seq - 1, string.sub(line, 1, 12) .. string.char(struck) .. string.sub(line, 14, lengths) ..
		struct.pack('>I2I4I4', head, #form_bytes, #text_bytes) .. body .. form_bytes .. text_bytes)
	redis.call('HSET', K[1], 'struck', redis.call('HGET', K[1], 'seq') or '0')
	local kept = redis.call('HGET', K[3], 'seq')
	if kept and tonumber(kept) >= seq then -- the snapshot may hold what is struck
		redis.call('DEL', K[3])
	end
	return { 'OK' }
end

local function snap(K, A)
	local line, struck = redis.call('LINDEX', K[2], tonumber(A[1]) - 1), redis.call('HGET', K[1], 'struck')
	if not line or string.sub(line, 14, FIRST) ~= A[2] or (struck and tonumber(A[1]) < tonumber(struck)) then -- it may hold what is struck
		return { 'NO' }
	end
	redis.call('HSET', K[3], 'seq', A[1], 'hash', A[2], 'bytes', A[3])
	return { 'OK' }
end

local function erase(K, A)
	local code = redis.call('HGET', K[1], 'code')
	redis.call('DEL', K[1], K[2], K[3], K[4])
	redis.call('SREM', K[5], A[1])
	redis.call('HSET', K[1], 'erased', str(clock()), 'code', code or '') -- for one who asks again, since the answer was lost
	return { 'OK', code or '' }
end

-- A code is let go of only by the session that it names.
local function uncode(K, A)
	if redis.call('GET', K[1]) == A[1] then
		redis.call('DEL', K[1])
	end
	return { 'OK' }
end

local function version()
	return EDITION
end

redis.register_function('bp1_create', create)
redis.register_function('bp1_append', append)
redis.register_function{ function_name = 'bp1_look', callback = look, flags = { 'no-writes' } }
redis.register_function{ function_name = 'bp1_alive', callback = alive, flags = { 'allow-oom' } }
redis.register_function('bp1_publish', publish)
redis.register_function{ function_name = 'bp1_leave', callback = leave, flags = { 'allow-oom' } }
redis.register_function('bp1_begin', begin)
redis.register_function('bp1_fill', fill)
redis.register_function('bp1_open', open)
redis.register_function{ function_name = 'bp1_strike', callback = strike, flags = { 'allow-oom' } }
redis.register_function('bp1_snap', snap)
redis.register_function{ function_name = 'bp1_erase', callback = erase, flags = { 'allow-oom' } }
redis.register_function{ function_name = 'bp1_uncode', callback = uncode, flags = { 'allow-oom' } }
redis.register_function{ function_name = 'bp1_version', callback = version, flags = { 'no-writes' } }
