-- The keys of collections, as citewire/storage/keys.py makes them: a script finds most of them by
-- what it reads. `prefix` was made there, and a test compares the two.
local prefix = ARGV[1]
local all, ending = prefix .. 'collections', prefix .. 'collections:ending'
local function collection_of(id) return prefix .. 'collection:' .. id end
local function joined_by(member) return prefix .. 'collections:of:' .. redis.sha1hex(member) end
