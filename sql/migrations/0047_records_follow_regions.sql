-- Regions end and have successors; records stay what they were recorded as (region_code), and where they belong now (current_code) follows.
set local search_path = zoufang;

-- The tables whose records follow: those whose current_code is a region. Versions keep what was.
create function region_followers() returns setof regclass
language sql stable as $$
  select c.conrelid::regclass
  from pg_constraint c
  join pg_attribute a on a.attrelid = c.conrelid and a.attname = 'current_code' and c.conkey = array[a.attnum]
  where c.contype = 'f'
    and c.confrelid = 'zoufang.region'::regclass
$$;

-- Whatever changes which code stands for a region takes the records along, in the same transaction.
create function records_follow() returns trigger
language plpgsql set search_path = zoufang, pg_temp as $$
declare
  moved constant int8[] := array(
    select n.code
    from new_rows n
    join old_rows o on o.code = n.code
    where n.current_code <> o.current_code
  );
  follower regclass;
begin
  if moved = '{}' then
    return null;
  end if;
  for follower in select region_followers() loop
    execute format('update %s f set current_code = r.current_code from region r
      where f.region_code = any ($1) and r.code = f.region_code and f.current_code <> r.current_code', follower)
    using moved;
  end loop;
  update campaign c set land = c.land where c.region_codes && moved;
  return null;
end
$$;
create trigger records_follow after update on region referencing old table as old_rows new table as new_rows
  for each statement execute function records_follow();

revoke all on function region_followers, records_follow from public;
grant execute on function region_followers to zoufang;
