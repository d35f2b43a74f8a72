-- The keys of limits, as citewire/storage/keys.py makes them. `prefix` was made there, and a test
-- compares the two.
local prefix = ARGV[1]
local function spent_of(kind, owner) return prefix .. 'spent:' .. kind .. ':' .. owner end
