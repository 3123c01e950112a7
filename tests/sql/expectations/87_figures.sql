-- Figures: over what each caller's grants reach, without what blinds him.
set search_path = test, zoufang;

insert into allowed (privilege, name)
values ('calls', 'figure_sight'), ('calls', 'figures_counted'), ('calls', 'figures_look'), ('calls', 'figures_told');

insert into expectation (topic, sentence, caller, statement, expected)
select 'figures', format('%s counts in %s: %s', f.who, f.place, f.expected), f.caller,
       format(
         $$ select c.value::text from figures_counted(%s, local_day(now()) - 1, local_day(now()) + 1) c where c.key = 'reports_received' and c.k = 0 $$,
         case f.place when 'the city' then 150400000000 when 'the south' then 150424000000 when 'the north' then 150422000000 else 150500000000 end
       ),
       f.expected
from (
  values
    ('a supervisor of the city', 'city', 'the city', '11'),
    ('a supervisor of the city', 'city', 'the south', '7'),
    ('a supervisor of the city', 'city', 'the north', '4'),
    ('a supervisor of the city', 'city', 'another city', 'nothing'),
    ('an analyst of the city', 'analyst', 'the city', '11'),
    ('an analyst whose office is complained of', 'former', 'the city', '10'),
    ('a supervisor who is complained of', 'supervisor', 'the south', '6'),
    ('a supervisor who is complained of', 'supervisor', 'the city', '6'),
    ('a supervisor who is complained of', 'supervisor', 'the north', 'nothing'),
    ('a supervisor whose office is complained of', 'chief', 'the south', '6'),
    ('a supervisor of a village', 'village', 'the city', '2'),
    ('a cross-inspector', 'inspector', 'the city', '7'),
    ('a supervisor elsewhere', 'eastern', 'the city', 'nothing'),
    ('an officer', 'officer', 'the city', 'nothing'),
    ('an auditor', 'auditor', 'the city', 'nothing'),
    ('an admin', 'admin', 'the city', 'nothing'),
    ('nobody', 'nobody', 'the city', 'nothing')
) f(who, caller, place, expected);

insert into expectation (topic, sentence, caller, statement, expected)
values
  ('figures', 'a region that is covered in part is told as narrowed', 'village', $$ select s::text from figure_sight(150400000000) s $$,
    '(t,"{150422100201,150424100201}")'),
  ('figures', 'a region that is covered is not', 'city', $$ select s::text from figure_sight(150424000000) s $$, '(f,{150424000000})');
