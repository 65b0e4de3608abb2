-- Wireshark dissector of docs/wire-format.md, version 2. Lua 5.2 (Wireshark up to 4.2) and 5.4 (from 4.4 on).
--
--   tshark -X lua_script:scripts/wireshark/lagebild.lua -o lagebild.keys:sessions.txt -r capture.pcap
--
-- Without keys it shows what is not encrypted. With a file of session keys it opens data datagrams; a line is
-- "receiver's index (hex)  key of the datagrams to it (64 hex digits)", and "#" begins a comment. Poly1305 is verified.
-- The counter's high half is taken for 0 unless the preference `counter_high` says otherwise. Outside Wireshark, `dofile`
-- returns the cipher, so that it can be tested alone.

-- ChaCha20-Poly1305 (RFC 8439) on strings

local bits = bit32 or load([[return {
  bxor = function(a, b) return a ~ b end,
  lrotate = function(a, n) return (a << n | a >> (32 - n)) & 0xFFFFFFFF end,
}]])()
local bxor, lrotate, floor = bits.bxor, bits.lrotate, math.floor
local WORD = 0x100000000

local function word(text, place)
  local a, b, c, d = text:byte(place, place + 3)
  return a + b * 0x100 + c * 0x10000 + d * 0x1000000
end

local function word_bytes(value)
  return string.char(value % 256, floor(value / 0x100) % 256, floor(value / 0x10000) % 256,
    floor(value / 0x1000000) % 256)
end

local function quarter(s, a, b, c, d)
  local x, y, z, w = s[a], s[b], s[c], s[d]
  x = (x + y) % WORD; w = lrotate(bxor(w, x), 16)
  z = (z + w) % WORD; y = lrotate(bxor(y, z), 12)
  x = (x + y) % WORD; w = lrotate(bxor(w, x), 8)
  z = (z + w) % WORD; y = lrotate(bxor(y, z), 7)
  s[a], s[b], s[c], s[d] = x, y, z, w
end

local function chacha_block(key, counter, nonce)
  local start = { 0x61707865, 0x3320646E, 0x79622D32, 0x6B206574 }
  for i = 0, 7 do start[5 + i] = word(key, 1 + 4 * i) end
  start[13] = counter
  for i = 0, 2 do start[14 + i] = word(nonce, 1 + 4 * i) end
  local s = {}
  for i = 1, 16 do s[i] = start[i] end
  for _ = 1, 10 do
    quarter(s, 1, 5, 9, 13); quarter(s, 2, 6, 10, 14); quarter(s, 3, 7, 11, 15); quarter(s, 4, 8, 12, 16)
    quarter(s, 1, 6, 11, 16); quarter(s, 2, 7, 12, 13); quarter(s, 3, 8, 9, 14); quarter(s, 4, 5, 10, 15)
  end
  for i = 1, 16 do s[i] = (s[i] + start[i]) % WORD end
  return s
end

local function chacha(key, nonce, text)
  local out = {}
  for first = 1, #text, 64 do
    local stream = chacha_block(key, floor((first + 63) / 64), nonce)
    for i = 1, 16 do
      local place = first + 4 * (i - 1)
      if place > #text then break end
      local piece = text:sub(place, place + 3)
      local size = #piece
      if size < 4 then piece = piece .. string.rep("\0", 4 - size) end
      out[#out + 1] = word_bytes(bxor(word(piece, 1), stream[i])):sub(1, size)
    end
  end
  return table.concat(out)
end

-- Numbers below 2^130 as ten digits of 13 bits, so that all products fit the 53 bits of a double.
local function digits(text)
  local out, sum, count = {}, 0, 0
  for i = 1, #text do
    sum, count = sum + text:byte(i) * 2 ^ count, count + 8
    if count >= 13 then
      out[#out + 1], sum, count = sum % 8192, floor(sum / 8192), count - 13
    end
  end
  out[#out + 1] = sum
  for i = #out + 1, 10 do out[i] = 0 end
  return out
end

local function carried(h)
  local carry = 0
  for i = 1, 10 do
    local sum = h[i] + carry
    h[i], carry = sum % 8192, floor(sum / 8192)
  end
  return carry
end

-- What carries over 2^130 comes back five times, as 2^130 = 5 modulo 2^130 - 5.
local function folded(h)
  local carry = carried(h)
  h[1] = h[1] + 5 * carry
end

local function poly1305(key, text)
  local clamped = {}
  for i = 1, 16 do
    local byte = key:byte(i)
    if i % 4 == 0 then byte = byte % 16 end
    if i % 4 == 1 and i > 1 then byte = byte - byte % 4 end
    clamped[i] = string.char(byte)
  end
  local r, h = digits(table.concat(clamped)), digits("")
  for first = 1, #text, 16 do
    local block = digits(text:sub(first, first + 15) .. "\1")
    for i = 1, 10 do h[i] = h[i] + block[i] end
    local product = {}
    for i = 1, 10 do
      local sum = 0
      for j = 1, 10 do
        sum = sum + (j <= i and h[j] * r[i - j + 1] or 5 * h[j] * r[i - j + 11])
      end
      product[i] = sum
    end
    h = product
    folded(h)
    folded(h)
  end
  folded(h)
  local less = {}
  for i = 1, 10 do less[i] = h[i] end
  less[1] = less[1] + 5
  if carried(less) > 0 then h = less end
  -- The 130 bits as bytes, plus the second half of the key, modulo 2^128.
  local out, sum, count, next, carry = {}, 0, 0, 1, 0
  for i = 1, 16 do
    if count < 8 then sum, count, next = sum + h[next] * 2 ^ count, count + 13, next + 1 end
    carry = carry + sum % 256 + key:byte(16 + i)
    sum, count = floor(sum / 256), count - 8
    out[i] = string.char(floor(carry % 256))
    carry = floor(carry / 256)
  end
  return table.concat(out)
end

local function padded(text) return text .. string.rep("\0", -#text % 16) end

--- The plaintext, or nil when the tag does not verify.
local function open(key, nonce, header, ciphertext, tag)
  local first = chacha_block(key, 0, nonce)
  local one_time = {}
  for i = 1, 8 do one_time[i] = word_bytes(first[i]) end
  local message = padded(header) .. padded(ciphertext)
    .. word_bytes(#header) .. "\0\0\0\0" .. word_bytes(#ciphertext) .. "\0\0\0\0"
  if poly1305(table.concat(one_time), message) ~= tag then return nil end
  return chacha(key, nonce, ciphertext)
end

if not Proto then return { open = open, poly1305 = poly1305, chacha = chacha } end

-- Fields

local lagebild = Proto("lagebild", "Lagebild link")
local TYPES = { [1] = "Initiation", [2] = "Response", [3] = "Cookie reply", [4] = "Data" }
local KINDS = { "fragment", "feedback", "receipt", "ping", "pong", "close", "padding", "backfill fragment" }
local STREAMS = { [0] = "status", "telemetry", "detections", "thermal", "visible", "camera" }
local YES = { [0] = "no", [1] = "yes" }
local f, list = {}, {}
for _, row in ipairs({
  { "uint8", "type", "Type", base.DEC, TYPES }, { "uint8", "version", "Version" },
  { "uint32", "sender", "Sender's index", base.HEX }, { "uint32", "receiver", "Receiver's index", base.HEX },
  { "bytes", "ephemeral", "Ephemeral key" }, { "bytes", "static", "Sealed static key" },
  { "bytes", "payload", "Sealed payload" }, { "bytes", "mac1", "mac1" }, { "bytes", "mac2", "mac2" },
  { "bytes", "salt", "Salt" }, { "bytes", "cookie", "Sealed cookie" },
  { "uint32", "counter_low", "Counter, low half" }, { "uint64", "counter", "Counter" },
  { "bytes", "ciphertext", "Ciphertext" }, { "bytes", "tag", "Tag" },
  { "uint8", "tag_valid", "Tag verifies", base.DEC, YES },
  { "uint8", "record.kind", "Record", base.DEC, KINDS },
  { "uint32", "fragment.object", "Object" }, { "uint24", "fragment.length", "Length of the object" },
  { "uint16", "fragment.size", "Size of a symbol" }, { "uint8", "fragment.block", "Block" },
  { "uint8", "fragment.index", "Index" }, { "bytes", "fragment.data", "Symbol" },
  { "uint32", "feedback.session", "Session", base.HEX }, { "uint64", "feedback.highest", "Highest counter" },
  { "uint32", "feedback.delay", "Held, microseconds" }, { "int64", "feedback.sent", "Sent, ns" },
  { "bytes", "feedback.map", "Counters that arrived" },
  { "uint32", "feedback.finished_object", "Highest object that is over" },
  { "uint64", "feedback.finished", "Objects that are whole", base.HEX },
  { "uint32", "feedback.marks", "Congestion marks" }, { "uint32", "feedback.objects", "Objects put together" },
  { "uint32", "feedback.abandoned", "Objects given up" },
  { "uint8", "receipt.count", "Ranges" }, { "uint32", "receipt.flight", "Flight" },
  { "uint16", "receipt.stream", "Stream", base.HEX }, { "uint8", "receipt.reduced", "Reduced copies", base.DEC, YES },
  { "uint64", "receipt.first", "First sequence" }, { "uint64", "receipt.last", "Last sequence" },
  { "int64", "ping.sent", "Sent, ns" }, { "int64", "pong.sent", "Sent, ns" },
  { "int64", "pong.received", "Received, ns" }, { "int64", "pong.answered", "Answered, ns" },
  { "uint16", "padding.bytes", "Bytes" },
}) do
  list[#list + 1] = ProtoField[row[1]]("lagebild." .. row[2], table.unpack(row, 3))
  f[row[2]] = list[#list]
end
lagebild.fields = list
local malformed = ProtoExpert.new("lagebild.malformed", "Must be refused", expert.group.MALFORMED,
  expert.severity.ERROR)
lagebild.experts = { malformed }

-- Preferences and keys

lagebild.prefs.port = Pref.uint("UDP port", 4790, "The station's port")
lagebild.prefs.keys = Pref.string("Session keys", "", "File: a line is \"index(hex) key(64 hex digits)\"")
lagebild.prefs.counter_high = Pref.uint("High half of the counter", 0, "What the header leaves out")

local keys, cache = {}, {}

local function read_keys()
  keys, cache = {}, {}
  local path = lagebild.prefs.keys
  local file = path ~= "" and io.open(path, "r")
  if not file then return end
  for line in file:lines() do
    local index, key = line:match("^%s*0?[xX]?(%x+)%s+(%x+)%s*$")
    if key and #key == 64 and tonumber(index, 16) < 0x1000000 then
      index = tonumber(index, 16)
      keys[index] = keys[index] or {}
      table.insert(keys[index], (key:gsub("%x%x", function(digits) return string.char(tonumber(digits, 16)) end)))
    end
  end
  file:close()
end

--- The plaintext, or nil without a key that fits.
local function opened(datagram, index)
  if cache[datagram] == nil then
    local high = lagebild.prefs.counter_high
    local nonce = "\0\0\0\0" .. datagram:sub(5, 8) .. word_bytes(high)
    local plain
    for _, key in ipairs(keys[index] or {}) do
      plain = plain or open(key, nonce, datagram:sub(1, 8), datagram:sub(9, -17), datagram:sub(-16))
    end
    cache[datagram] = plain or false
  end
  return cache[datagram] or nil
end

-- Records: each function adds the body at `at` and returns where it ends, or nil when it is malformed.

local function add(tree, buffer, at, layout)
  for _, row in ipairs(layout) do
    tree:add_le(f[row[1]], buffer(at, row[2]))
    at = at + row[2]
  end
  return at
end

local function fixed(layout)
  local size = 0
  for _, row in ipairs(layout) do size = size + row[2] end
  return function(tree, buffer, at)
    if buffer:len() - at < size then return nil end
    return add(tree, buffer, at, layout)
  end
end

local function fragment(tree, buffer, at)
  local size = buffer:len() - at - 11
  if size < 1 then return nil end
  tree:append_text(string.format(" of object %d, block %d, index %d", buffer(at, 4):le_uint(),
    buffer(at + 9, 1):uint(), buffer(at + 10, 1):uint()))
  return add(tree, buffer, at, {
    { "fragment.object", 4 }, { "fragment.length", 3 }, { "fragment.size", 2 }, { "fragment.block", 1 },
    { "fragment.index", 1 }, { "fragment.data", size } })
end

local range = fixed({
  { "receipt.flight", 4 }, { "receipt.stream", 2 }, { "receipt.reduced", 1 }, { "receipt.first", 8 },
  { "receipt.last", 8 } })

local function receipt(tree, buffer, at)
  if at >= buffer:len() then return nil end
  local count = buffer(at, 1):uint()
  tree:add(f["receipt.count"], buffer(at, 1))
  at = at + 1
  for _ = 1, count do
    if buffer:len() - at < 23 then return nil end
    local stream, form = buffer(at + 4, 2):le_uint(), buffer(at + 6, 1):uint()
    local name = STREAMS[floor(stream / 256)]
    local first, last = buffer(at + 7, 8):le_uint64(), buffer(at + 15, 8):le_uint64()
    local branch = tree:add(buffer(at, 23), string.format("%s%d %s…%s%s", name or "?", stream % 256,
      tostring(first), tostring(last), form == 1 and ", reduced copies" or ""))
    at = range(branch, buffer, at)
    if not name or form > 1 or last < first then return nil end
  end
  return count <= 40 and at or nil
end

local bodies = {
  fragment,
  fixed({
    { "feedback.session", 4 }, { "feedback.highest", 8 }, { "feedback.delay", 4 }, { "feedback.sent", 8 },
    { "feedback.map", 64 }, { "feedback.finished_object", 4 }, { "feedback.finished", 8 }, { "feedback.marks", 4 },
    { "feedback.objects", 4 }, { "feedback.abandoned", 4 } }),
  receipt,
  fixed({ { "ping.sent", 8 } }),
  fixed({ { "pong.sent", 8 }, { "pong.received", 8 }, { "pong.answered", 8 } }),
  function(_, _, at) return at end,
  function(tree, buffer, at)
    tree:add(f["padding.bytes"], buffer(at - 1), buffer:len() - at + 1)
    return buffer:len()
  end,
  fragment,
}

local function records(tree, buffer)
  local at, names = 0, {}
  while at < buffer:len() do
    local kind = buffer(at, 1):uint()
    local branch = tree:add(f["record.kind"], buffer(at, 1))
    names[#names + 1] = KINDS[kind] or "?"
    local finish = bodies[kind] and #names <= 16 and bodies[kind](branch, buffer, at + 1)
    if not finish then
      branch:add_proto_expert_info(malformed)
      return names
    end
    branch:set_len(finish - at)
    at = finish
  end
  return names
end

-- Datagrams

local CLEAR = {
  [1] = { size = 148, { "sender", 4 }, { "ephemeral", 32 }, { "static", 48 }, { "payload", 28 }, { "mac1", 16 },
    { "mac2", 16 } },
  [2] = { size = 76, { "sender", 4 }, { "receiver", 4 }, { "ephemeral", 32 }, { "payload", 16 }, { "mac1", 16 } },
  [3] = { size = 56, { "receiver", 4 }, { "salt", 16 }, { "cookie", 32 } },
}

local function data(tree, buffer, pinfo)
  local index, size = buffer(1, 3):le_uint(), buffer:len()
  local low = buffer(4, 4):le_uint()
  tree:add_le(f.receiver, buffer(1, 3))
  tree:add_le(f.counter_low, buffer(4, 4))
  tree:add(f.counter, buffer(4, 4), UInt64.new(low, lagebild.prefs.counter_high)):set_generated()
  if size > 24 then tree:add(f.ciphertext, buffer(8, size - 24)) end
  tree:add(f.tag, buffer(size - 16))
  pinfo.cols.info = string.format("Data to 0x%06x, counter %d", index, low)
  local plain = opened(buffer:raw(), index)
  tree:add(f.tag_valid, buffer(size - 16), plain and 1 or 0):set_generated()
  if not plain then
    pinfo.cols.info:append(keys[index] and ", no key fits" or ", no key")
  elseif plain == "" then
    pinfo.cols.info:append(", keepalive")
  else
    local inside = ByteArray.new(plain, true):tvb("Lagebild records")
    pinfo.cols.info:append(", " .. table.concat(records(tree, inside), ", "))
  end
end

function lagebild.dissector(buffer, pinfo, root)
  local size = buffer:len()
  local kind = size > 0 and buffer(0, 1):uint()
  if not TYPES[kind] then return 0 end
  pinfo.cols.protocol = "Lagebild"
  pinfo.cols.info = TYPES[kind]
  local tree = root:add(lagebild, buffer(), "Lagebild link, " .. TYPES[kind])
  tree:add(f.type, buffer(0, 1))
  local layout = CLEAR[kind]
  if layout and size == layout.size then
    tree:add(f.version, buffer(1, 1))
    add(tree, buffer, 4, layout)
    if buffer(1, 1):uint() ~= 2 then tree:add_proto_expert_info(malformed) end
  elseif kind == 4 and size >= 24 and size <= 1472 then
    data(tree, buffer, pinfo)
  else
    tree:add_proto_expert_info(malformed)
  end
  return size
end

--- Handshakes have a length of their own; data only of a session whose key is known, or after a handshake.
local function heuristic(buffer, pinfo, root)
  local size = buffer:len()
  if size < 24 then return false end
  local kind = buffer(0, 1):uint()
  local layout = CLEAR[kind]
  if layout then
    if size ~= layout.size or buffer(1, 3):uint() ~= 0x020000 then return false end
    pinfo.conversation = lagebild
  elseif kind ~= 4 or not keys[buffer(1, 3):le_uint()] then
    return false
  end
  lagebild.dissector(buffer, pinfo, root)
  return true
end

local port
function lagebild.prefs_changed()
  local ports = DissectorTable.get("udp.port")
  if port and port ~= lagebild.prefs.port then ports:remove(port, lagebild) end
  if port ~= lagebild.prefs.port then ports:add(lagebild.prefs.port, lagebild) end
  port = lagebild.prefs.port
  read_keys()
end
function lagebild.init() read_keys() end

port = lagebild.prefs.port
DissectorTable.get("udp.port"):add(port, lagebild)
lagebild:register_heuristic("udp", heuristic)
read_keys()
