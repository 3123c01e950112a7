-- Who is told what by a round of WatchLeads. It runs for nobody, so it applies sight itself: what it tells must be what the policies show.
set search_path = test, zoufang;

-- A round for one watcher, from the beginning of time, with the mark of the sight that `caller` has.
create function test.round(username text) returns table (told uuid, head boolean, watchers int4[])
language plpgsql as $$
begin
  return query
  select r.id, r.page_until is not null, r.watchers
  from zoufang.watch_begin('', 0, '', '', null, 100) b
  cross join lateral zoufang.watch_round(array['1:1:'], null, null, null, array[test.token(username)], array[b.mark], array[0], array[1],
    1000) r;
end
$$;
grant execute on function test.round to zoufang;

insert into expectation (topic, sentence, caller, statement, expected)
select 'watching',
       format('a round tells %s exactly the leads that he reads', w.caller),
       w.caller,
       format($$ select test.name(o.id) from (
           (select l.id from lead l except select r.told from test.round(%1$L) r)
           union all
           (select r.told from test.round(%1$L) r where r.told is not null except select l.id from lead l)
         ) o $$, w.caller),
       'nothing'
from unnest(array['officer', 'colleague', 'leader', 'chief', 'accused', 'companion', 'supervisor', 'stranger', 'inspector', 'foreigner',
  'city', 'village', 'eastern', 'analyst', 'auditor', 'admin', 'nobody']) w(caller);

insert into expectation (topic, sentence, caller, given, acting, statement, expected)
values
  ('watching', 'a round tells somebody something', 'city', null, null,
    $$ select count(*) > 1 from test.round('city') r where r.told is not null $$, 'true'),
  ('watching', 'who watches with his own sight is not named', 'city', null, null,
    $$ select r.watchers from test.round('city') r where r.head $$, 'nothing'),
  ('watching', 'whose session was ended is told nothing, and named', 'city', null,
    $$ update session set revoked_at = now(), revoked_by = me() where user_id = me() $$,
    $$ select coalesce(test.name(r.told), r.watchers::text) from test.round('city') r $$, '{1}'),
  ('watching', 'a watcher whose token is nobody''s is told nothing, and named', 'city', null, null,
    $$ select coalesce(test.name(r.told), r.watchers::text) from test.round('unknown') r $$, '{1}'),
  ('watching', 'whose sight is not the marked one is told nothing, and named', 'city', null, null,
    $$ select coalesce(test.name(r.told), r.watchers::text) from test.round('supervisor') r $$, '{1}'),
  ('watching', 'who begins to watch is told nothing of what was', 'city', null, null,
    $$ select picked('leads') from watch_begin('', 0, '', '', null, 100) $$, 'nothing'),
  ('watching', 'who goes on with another''s sight begins anew', 'city', null, null,
    $$ select b.reset from watch_begin('1:1:', extract(epoch from now())::int8, '{"epoch": "x", "user": "y"}', '', null, 100) b $$, 'true'),
  ('watching', 'who was away for longer than is remembered begins anew', 'city', null, null,
    $$ select n.reset
       from watch_begin('', 0, '', '', null, 100) b
       cross join lateral watch_begin('1:1:', extract(epoch from now() - interval '61 days')::int8, b.next_sight, '', null, 100) n $$, 'true'),
  ('watching', 'who goes on in time does not', 'city', null, null,
    $$ select n.reset
       from watch_begin('', 0, '', '', null, 100) b
       cross join lateral watch_begin('1:1:', extract(epoch from now() - interval '59 days')::int8, b.next_sight, '', null, 100) n $$, 'false'),
  ('watching', 'who goes on is told in pages', 'city', null, null,
    $$ select coalesce(cardinality(picked('leads')), 0) + coalesce(cardinality(picked('reminders')), 0) = 2 and n.next_round is not null
       from watch_begin('', 0, '', '', null, 100) b
       cross join lateral watch_begin('1:1:', extract(epoch from now())::int8, b.next_sight, '', null, 2) n $$, 'true');
