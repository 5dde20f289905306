-- callgrind.lua - what lua does for callgrind.t: calls, sorting, coroutines,
-- errors that leave many frames by longjmp, the compiler, the collector. The
-- same on each run: nothing depends on addresses, the time or chance.
local function fib(n) return n < 2 and n or fib(n - 1) + fib(n - 2) end
print(fib(22))
local t = {}
for i = 1, 5000 do t[i] = (i * 7919) % 5003 end
table.sort(t, function(a, b) return a > b end)
print(t[1], #t)
local words = {}
for w in ("the quick brown fox jumps over the lazy dog"):gmatch("%a+") do
	words[w] = (words[w] or 0) + 1
end
print(words.the, ("x"):rep(10), ("%5.2f|%d"):format(3.14159, 42))
local co = coroutine.wrap(function(a)
	for i = 1, 50 do a = coroutine.yield(a + i) end
	error("end")
end)
local s = 0
for i = 1, 51 do local ok, v = pcall(co, i); s = s + (ok and v or -1) end
print(s)
local function deep(n) if n == 0 then error({}) end return 1 + deep(n - 1) end
for i = 1, 20 do assert(not pcall(deep, i)) end
local mt = setmetatable({}, { __index = function(_, k) return k .. "!" end })
print(mt.a, mt.b)
collectgarbage()
print(load("return 1 + 2 * 3")(), select("#", table.unpack(t, 1, 20)))
print(pcall(string.rep), (pcall(string.find, "a", "[")))
local p = {}
for i = 1, 30 do p[i] = ("%d"):format(i * i):reverse():gsub("1", "one") end
print(table.concat(p, ","))
local junk = {}
for i = 1, 3000 do
	junk[i % 100] = { tostring(i), function() return i end }
end
collectgarbage("step")
local source = {}
for i = 1, 300 do
	source[i] = ("local function f%d(a) return a + %d end"):format(i % 100, i)
end
local text = "do " .. table.concat(source, " end do ") .. " end"
for _ = 1, 20 do assert(load(text)) end
