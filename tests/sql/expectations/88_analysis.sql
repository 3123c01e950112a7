-- Analysis: each caller counts what his figures reach, without what blinds him; analysts are told nothing small.
set search_path = test, zoufang;

insert into allowed (privilege, name)
values ('calls', 'figures_exact'), ('calls', 'breakdown'), ('calls', 'ranked_regions'), ('calls', 'backlog_bands'), ('calls', 'backlog_open'),
  ('calls', 'backlog_steps'), ('calls', 'backlog_offices'), ('calls', 'hot_spots');

insert into expectation (topic, sentence, caller, statement, expected)
select 'analysis', format('%s counts %s in the city', f.who, f.expected), f.caller,
       $$ select b.counts[1]::text from breakdown(150400000000, local_day(now()) - 1, local_day(now()) + 1, 'class', 'received') b where b.by = '' $$,
       f.expected
from (
  values
    ('a supervisor of the city', 'city', '11'),
    ('a supervisor who is complained of', 'supervisor', '6'),
    ('a supervisor of a village', 'village', '2'),
    ('a cross-inspector', 'inspector', '7'),
    ('a supervisor elsewhere', 'eastern', '0'),
    ('an officer', 'officer', '0'),
    ('an auditor', 'auditor', '0'),
    ('nobody', 'nobody', '0')
) f(who, caller, expected);

insert into expectation (topic, sentence, caller, statement, expected)
values
  ('analysis', 'a supervisor has exact counts of his region', 'supervisor', $$ select figures_exact(150424000000)::text $$, 'true'),
  ('analysis', 'an analyst has not', 'analyst', $$ select figures_exact(150424000000)::text $$, 'false'),
  ('analysis', 'a supervisor who is complained of does not count that in the backlog', 'supervisor',
    $$ select b.open::text from backlog_open(150424000000) b $$, '6'),
  ('analysis', 'a supervisor of the city does', 'city', $$ select b.open::text from backlog_open(150424000000) b $$, '7');
