-- Moves a chat into the trash, or back.
local function move(from, to)
  for _, key in ipairs(keys_of(from)) do
    if redis.call('EXISTS', key) == 1 then
      redis.call('RENAME', key, to .. key:sub(#from + 1))
    end
  end
end
