-- The keys of documents and passages, as citewire/storage/keys.py makes them: a script finds most
-- of them by what it reads. `prefix` was made there, and a test compares the two.
local prefix = ARGV[1]
local noted_index = prefix .. 'index'
local retired, vacated = prefix .. 'retired', prefix .. 'vacated'
local function document_of(doc) return prefix .. 'document:' .. doc end
local function layout_of(doc) return prefix .. 'layout:' .. doc end
local function kept_of(doc) return prefix .. 'kept:' .. doc end
local function passage_of(id) return prefix .. 'passage:' .. id end
local function snapshot_of(id) return prefix .. 'snapshot:' .. id end
local function citing_of(id) return prefix .. 'snapshot:' .. id .. ':chats' end
local function cited_by(chat) return prefix .. 'chat:' .. chat .. ':snapshots' end
