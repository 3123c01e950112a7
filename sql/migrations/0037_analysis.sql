-- Analysis: counts by dimensions, rankings, the backlog, and what stands out. Like the figures of a work report they are counted where the caller's
-- grants as supervisor or analyst reach, by recorded codes, without what blinds him; for who is an analyst only, small counts are held back by
-- 0036.
set local search_path = zoufang;

-- Whether the caller has exact counts of a region: as far as he may have any of it he supervises it.
create function figures_exact(asked int8) returns boolean
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return coalesce((
    select int8multirange(int8range(r.first, r.last, '[]')) * figure_scope() <@ scope()
    from region r
    where r.code = asked
  ), false);
end
$$;

-- Refuses what analysts cannot ask: a period that is no calendar month, quarter, half-year or year.
create function check_calendar_period(asked int8, from_day date, until_day date) returns void
language plpgsql stable as $$
begin
  perform refuse_unless(
    figures_exact(asked)
      or exists (
        select
        from unnest('{1,3,6,12}'::int4[]) n
        where from_day = date_trunc('month', from_day)
          and (extract(month from from_day)::int4 - 1) % n = 0
          and until_day = from_day + n * interval '1 month'
      ),
    'NOT_A_CALENDAR_PERIOD', 'to'
  );
end
$$;

-- What can be broken down by. `expression`: of a lead l and a moment t.at; `key`: of that value, as text; `naming`: whose name a key has;
-- `content`: what a lead is about, of which analysts ask one at a time, with `domain`, all keys that there can be.
create function dimensions()
returns table (name text, expression text, key text, naming text, content boolean, domain text)
language sql immutable parallel safe rows 15 as $$
  values
    ('type', 'l.problem_type', '%s', 'term n on n.vocabulary = 2 and n.code = %s', true,
      'select code from term where vocabulary = 2 and not retired'),
    ('cause', 'l.cause', '%s', 'term n on n.vocabulary = 3 and n.code = %s', true,
      'select code from term where vocabulary = 3 and not retired'),
    ('domain', 'l.domain', '%s', 'term n on n.vocabulary = 1 and n.code = %s', true,
      'select code from term where vocabulary = 1 and not retired'),
    ('channel', 'l.channel', '''LEAD_CHANNEL_'' || (''{LETTER,WALK_IN,WEB,PHONE,DOWN_VISIT,RECEPTION,INSPECTION,TRANSFERRED}''::text[])[%s]', null,
      true, 'select ''LEAD_CHANNEL_'' || unnest(''{LETTER,WALK_IN,WEB,PHONE,DOWN_VISIT,RECEPTION,TRANSFERRED}''::text[])'),
    ('class', 'l.class', '''LEAD_CLASS_'' || (''{ACCUSATION,SUGGESTION,APPEAL,OTHER}''::text[])[%s]', null, true,
      'select ''LEAD_CLASS_'' || unnest(''{ACCUSATION,SUGGESTION,APPEAL,OTHER}''::text[])'),
    ('occurrence', 'l.occurrence', '''LEAD_OCCURRENCE_'' || (''{INITIAL,REPEAT,SKIP_LEVEL}''::text[])[%s]', null, true,
      'select ''LEAD_OCCURRENCE_'' || unnest(''{INITIAL,REPEAT,SKIP_LEVEL}''::text[])'),
    ('state', 'l.state', 'lead_state_name(%s)', null, false, null),
    ('outcome', 'case when l.state in (8, 9, 10) then (
        select o.finding from lead_outcome o where o.lead_id = l.id and o.approved_at is not null order by o.approved_at desc limit 1
      ) end', '''OUTCOME_FINDING_'' || (''{SUBSTANTIATED,UNFOUNDED,FALSE_ACCUSATION,DISTURBING_ORDER}''::text[])[%s]', null, false, null),
    ('campaign', 'l.campaign_id', '%s::text', 'campaign n on n.id = %s', true, 'select id::text from campaign'),
    ('city', 'l.region_code / 100000000 * 100000000', '%s::text', 'region n on n.code = %s', false, null),
    ('county', 'l.region_code / 1000000 * 1000000', '%s::text', 'region n on n.code = %s', false, null),
    ('township', 'l.region_code / 1000 * 1000', '%s::text', 'region n on n.code = %s', false, null),
    ('village', 'l.region_code', '%s::text', 'region n on n.code = %s', false, null),
    ('month', 'date_trunc(''month'', t.at at time zone local_zone())::date', 'to_char(%s, ''YYYY-MM'')', null, false, null)
$$;

-- The dimensions that `by` names, "region" being the level below the region asked for. Refuses what there is not, twice the same, more than
-- three.
create function dimensions_asked(asked int8, by text) returns text[]
language plpgsql stable as $$
declare
  below text;
  dims text[];
begin
  select case r.level when 1 then 'city' when 2 then 'county' when 3 then 'township' else 'village' end
  into below
  from region r
  where r.code = asked;
  dims := array(
    select case d.name when 'region' then below else d.name end
    from string_to_table(by, ',') with ordinality d(name, place)
    order by d.place
  );
  perform refuse_unless(cardinality(dims) between 1 and 3, 'OUT_OF_RANGE', 'by');
  perform refuse_unless(not exists (select from unnest(dims) d where d not in (select name from dimensions())), 'NO_SUCH_DIMENSION', 'by');
  perform refuse_unless((select count(distinct d) = count(*) from unnest(dims) d), 'NOT_UNIQUE', 'by');
  perform refuse_unless(
    figures_exact(asked) or (
      select count(*) filter (where d.content) <= 1
        and bool_and(d.content or d.name in ('city', 'county', 'township', 'month'))
        and count(*) filter (where d.name in ('city', 'county', 'township')) <= 1
      from unnest(dims) u(name)
      join dimensions() d using (name)
    ),
    'TOO_FINE', 'by'
  );
  return dims;
end
$$;

-- What leads are counted by, in one place: all of it is read from the index.
create index lead_breakdown on lead (received_at)
  include (region_code, channel, class, occurrence, domain, problem_type, cause, state, campaign_id, due_by, accused);

-- One kind of thing that is counted: where its rows come from (with the region's windows w, a lead l and a moment `at`), and each measure as an
-- aggregate of them.
create function measures() returns table (name text, source int4, aggregate text)
language sql immutable parallel safe rows 12 as $$
  values
    ('received', 1, 'count(*) filter (where state <> 11 and channel <> 7)'),
    ('problems', 1, 'count(*) filter (where state <> 11)'),
    ('declined', 1, 'count(*) filter (where state = 11)'),
    ('open', 1, 'count(*) filter (where state in (1, 2, 3, 4, 5, 6, 7, 15))'),
    ('overdue', 1, 'count(*) filter (where state in (1, 2, 3, 4, 5, 6, 7, 15) and due_by < now())'),
    ('concluded', 2, 'count(distinct id)'),
    ('reported_back', 3, 'count(distinct id)'),
    ('asked', 3, 'count(*) filter (where satisfaction <= 4)'),
    ('satisfied', 3, 'count(*) filter (where satisfaction <= 2)'),
    ('cases', 4, 'count(*)'),
    ('disciplined', 5, 'count(distinct person)'),
    ('transferred', 6, 'count(distinct person)')
$$;

-- The rows of a source: of the windows in $1 (see figure_land: first, last, from_at, until_at, ends_at), without what blinds ($2).
create function measured_rows(source int4, expressions text) returns text
language sql immutable parallel safe as $$
  select format(
    case source
      when 1 then
        'select %s, l.state, l.channel, l.due_by, l.id
         from unnest($1) w
         join lead l on l.received_at >= w.from_at and l.received_at < w.until_at and l.region_code between w.first and w.last
         cross join lateral (values (l.received_at)) t(at)
         where (l.accused is null or not l.accused && $2)'
      when 2 then
        'select %s, l.id
         from unnest($1) w
         join lead_outcome c on c.approved_at >= w.from_at and c.approved_at < w.until_at
         join lead l on l.id = c.lead_id and l.region_code between w.first and w.last
         cross join lateral (values (c.approved_at)) t(at)
         where l.state <> 11
           and (l.accused is null or not l.accused && $2)
           and not exists (
             select from lead_event e where e.lead_id = l.id and e.to_state = 15 and e.at > c.approved_at and e.at < w.ends_at
           )'
      when 3 then
        'select %s, l.id, f.satisfaction
         from unnest($1) w
         join lead_feedback f on f.about = 2 and f.told_at >= w.from_at and f.told_at < w.until_at
         join lead l on l.id = f.lead_id and l.region_code between w.first and w.last
         cross join lateral (values (f.told_at)) t(at)
         where l.state <> 11
           and (l.accused is null or not l.accused && $2)'
      when 4 then
        'select %s, c.id
         from unnest($1) w
         join case_file c on c.filed_at >= w.from_at and c.filed_at < w.until_at and c.region_code between w.first and w.last
         join case_lead k on k.case_id = c.id and k.place = 1
         join lead l on l.id = k.lead_id
         cross join lateral (values (c.filed_at)) t(at)
         where (c.accused is null or not c.accused && $2)'
      else
        'select %1$s, coalesce(p.same_as, p.id) as person
         from unnest($1) w
         join handling h on h.%2$s >= w.from_at and h.%2$s < w.until_at and h.approved_at is not null and h.%3$s is not null
         join case_file c on c.id = h.case_id and c.region_code between w.first and w.last
         join person p on p.id = h.person_id
         join case_lead k on k.case_id = c.id and k.place = 1
         join lead l on l.id = k.lead_id
         cross join lateral (values (h.%2$s)) t(at)
         where (c.accused is null or not c.accused && $2)'
    end,
    expressions,
    case source when 5 then 'decided_at' when 6 then 'transferred_at' end,
    case source when 5 then 'discipline' when 6 then 'transferred_at' end
  )
$$;

-- A region's windows for analysis, see figure_windows: period 0, not cut by counties.
create function analysis_windows(asked int8, from_day date, until_day date) returns figure_window[]
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return array(select w from unnest(figure_windows(asked, from_day, until_day, false)) w where w.k = 0);
end
$$;

-- Counts by up to three dimensions, with the totals by each of them and of all. `dims` and `names` as dimensions() and measures() call them. Of a
-- row `by` says which dimensions it is by, `keys` and `key_names` of what; '' is what was not stated. `counts` in the order of measures(), NULL where
-- not asked for.
create function counted_by(windows figure_window[], dims text[], names text[])
returns table (by text, keys text[], key_names text[], counts int8[])
language plpgsql stable security definer rows 1000 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  rows_most constant int4 := 10000;
  width constant int4 := cardinality(dims);
  columns constant text := (select string_agg('k' || i, ', ') from generate_series(1, width) i);
  sets text := '(' || columns || '), ()';
  grouped text := format('when 0 then %L', array_to_string(dims, ','));
  expressions text[];
  keys_told text[];
  names_told text[];
  named text := '';
  d record;
  sources text;
begin
  for d in
    select o.*, u.place, 'c.k' || u.place as k, 1 << (width - u.place::int4) as bit
    from unnest(dims) with ordinality u(name, place)
    join dimensions() o using (name)
    order by u.place
  loop
    expressions := expressions || format('%s as k%s', d.expression, d.place);
    keys_told := keys_told || format('case when c.g & %s = 0 then coalesce(%s, %L) end', d.bit, format(d.key, d.k), '');
    if d.naming is null then
      names_told := names_told || format('case when c.g & %s = 0 then %L end', d.bit, '');
    else
      names_told := names_told || format('case when c.g & %s = 0 then coalesce(n%s.name, %L) end', d.bit, d.place, '');
      named := named || ' left join ' || replace(format(d.naming, d.k), ' n.', format(' n%s.', d.place));
      named := replace(named, ' n on ', format(' n%s on ', d.place));
    end if;
    if width > 1 then
      sets := sets || format(', (k%s)', d.place);
      grouped := grouped || format(' when %s then %L', (1 << width) - 1 - d.bit, d.name);
    end if;
  end loop;
  select string_agg(
           format('select grouping(%s) as g, %s, array[%s]::int8[] as counts from (%s) r group by grouping sets (%s)',
             columns, columns, m.aggregates, measured_rows(m.source, array_to_string(expressions, ', ')), sets),
           ' union all ')
  into sources
  from (
    select o.source,
           string_agg(case when m.source = o.source and m.name = any (names) then m.aggregate else 'null' end, ', ' order by m.place) as aggregates
    from (select distinct source from measures() where name = any (names)) o
    cross join (select *, row_number() over () as place from measures()) m
    group by o.source
  ) m;
  -- Each source has a row for a key: they meet in one. Of so many none is sent.
  return query execute format(
    'select case c.g %s else %L end, array_remove(array[%s], null), array_remove(array[%s], null), c.counts
     from (
       select g, %s, array[%s] as counts
       from (%s) s
       group by g, %s
       limit %s
     ) c %s
     order by c.g, %s',
    grouped, '', array_to_string(keys_told, ', '), array_to_string(names_told, ', '),
    columns,
    (
      select string_agg(case when m.name = any (names) then format('coalesce(max(s.counts[%s]), 0)', m.place) else 'null' end, ', ' order by m.place)
      from (select name, row_number() over () as place from measures()) m
    ),
    sources, columns, rows_most + 1,
    named, (select string_agg('c.k' || i, ', ') from generate_series(1, width) i)
  ) using windows, blind();
end
$$;

-- What the caller's figures of a region are made of: cities, counties, townships or villages.
create function figure_places(asked int8) returns setof int8
language plpgsql stable security definer rows 5 set search_path = zoufang, pg_temp as $$
begin
  return query
  select c.code
  from figure_sight(asked) s
  cross join lateral unnest(s.counted) o(code)
  join region r on r.code = o.code
  join region c on c.code between r.first and r.last and c.level = greatest(r.level, 2) and (c.ended_on is null or c.code = r.code);
end
$$;

-- Counts of a city for 0036: for a year by townships and months; with year 0 as it is now, as of one month. `value` is an expression of the rows of
-- the measure's source, `measure` one of measures(), or what is counted as of now: open, villages.
create function cells_of_city(city int8, year int4, measure text, value text) returns count_cell[]
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
declare
  first_code constant int8 := city / 100000000 * 100000000;
  last_code constant int8 := first_code + 99999999;
  windows figure_window[];
  statement text;
  cells count_cell[];
begin
  if measure = 'villages' then
    statement := 'select v.township, 1 as month, v.value, count(*) as n from (select l.code / 1000 as township, ' || value || ' as value
      from region l where l.level = 5 and l.successor_code is null and l.code between $3 and $4) v group by 1, 2, 3';
  elsif year = 0 then
    statement := 'select l.region_code / 1000 as township, 1 as month, ' || value || ' as value, count(*) as n
      from lead l where l.open and l.region_code between $3 and $4 and (l.accused is null or not l.accused && $2) group by 1, 2, 3';
  else
    select format(
             'select r.township, r.month, r.value, %s as n from (%s) r group by 1, 2, 3',
             m.aggregate,
             measured_rows(m.source, 'l.region_code / 1000 as township, extract(month from t.at at time zone local_zone()) as month, '
               || value || ' as value')
           )
    into statement
    from measures() m
    where m.name = measure;
    windows := array[row(0, null, first_code, last_code, day_start(make_date(year, 1, 1)), day_start(make_date(year + 1, 1, 1)),
      make_date(year, 1, 1), make_date(year + 1, 1, 1), day_start(make_date(year + 1, 1, 1)), make_date(year + 1, 1, 1))::figure_window];
  end if;
  execute format('select coalesce(array_agg(row(%L, c.value, c.township, c.month, c.n)::count_cell), %L) from (%s) c where c.n > 0', '', '{}', statement)
  into cells
  using windows, blind(), first_code, last_code;
  return cells;
end
$$;

-- What an analyst may be told of cities, by a measure and a dimension's values; without `keys` by places alone. Level 2 a city, 3 a county, 4 a
-- township; month 0 for the whole year, or for now where year is 0.
create function told_of(cities int8[], year int4, measure text, expression text, keys text[], depth int4)
returns table (value text, code int8, month int2, n int8)
language plpgsql stable security definer rows 500 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  today constant date := local_day(now());
  months constant int4 := case
    when year = 0 or year > extract(year from today) then 1
    when year = extract(year from today) then extract(month from today)
    else 12
  end;
  city int8;
  cells count_cell[];
  townships int4[];
begin
  foreach city in array cities loop
    cells := cells_of_city(city, year, measure, expression);
    townships := array(
      select (r.code / 1000)::int4
      from region r
      where r.level = 4
        and r.code between city and city + 99999999
        and (r.ended_on is null or year > 0 and r.ended_on > make_date(greatest(year, 1), 1, 1))
      union
      select c.township from unnest(cells) c
    );
    if keys is null then
      return query
      select '', t.place * case t.level when 2 then 100000000::int8 when 3 then 1000000 else 1000 end, t.month, t.n
      from told_places(cells, '{""}', townships, months, depth) t;
    else
      return query
      select t.value, t.place * case t.level when 2 then 100000000::int8 when 3 then 1000000 else 1000 end, t.month, t.n
      from told_values(cells, array(select k from unnest(keys) k union select c.value from unnest(cells) c), townships, months, depth) t;
    end if;
  end loop;
end
$$;

-- All keys of a content dimension, '' for what is not stated, and the expression of a lead's key.
create function keys_of(dim text, out keys text[], out expression text)
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
declare
  d record;
begin
  select * into d from dimensions() o where o.name = dim;
  execute format('select array(%s union select %L)', d.domain, '') into keys;
  expression := format('coalesce(%s, %L)', format(d.key, '(' || d.expression || ')'), '');
end
$$;

-- What an analyst is told of counted_by: rows and counts that 0036 lets out. By what leads are about only what was received.
create function told_by(asked int8, from_day date, until_day date, dims text[], names text[])
returns table (by text, keys text[], key_names text[], counts int8[])
language plpgsql stable security definer rows 1000 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  places constant int8[] := array(select figure_places(asked));
  cities constant int8[] := array(select distinct p / 100000000 * 100000000 from unnest(places) p);
  year constant int4 := extract(year from from_day);
  begun constant date := least(until_day, (date_trunc('month', local_day(now())) + interval '1 month')::date);
  months constant int2[] := array(select extract(month from m)::int2 from generate_series(from_day, begun - 1, interval '1 month') m);
  whole_year constant boolean := until_day = from_day + interval '1 year';
  content constant text := (select d.name from dimensions() d where d.content and d.name = any (dims));
  place constant text := (select d from unnest(dims) d where d in ('city', 'county', 'township'));
  depth constant int4 := case when place = 'township' or exists (select from unnest(places) p where p % 1000000 > 0) then 4 else 3 end;
begin
  return query
  with told as materialized (
    select n.name, false as by_content, t.value, t.code, t.month
    from unnest(names) n(name)
    cross join lateral told_of(cities, year, n.name, '''''', null, depth) t
    where n.name = 'received'
       or content is null and n.name in ('concluded', 'reported_back', 'asked', 'cases', 'disciplined', 'transferred')
    union all
    select 'satisfied', false, '', t.code, t.month
    from told_of(cities, year, 'asked', 'case when f.satisfaction <= 2 then ''satisfied'' else ''other'' end', '{satisfied,other}', depth) t
    where content is null
      and 'satisfied' = any (names)
      and t.value = 'satisfied'
    union all
    select 'received', true, t.value, t.code, t.month
    from keys_of(content) k
    cross join lateral told_of(cities, year, 'received', k.expression, k.keys, depth) t
    where content is not null
      and 'received' = any (names)
  ),
  counted as materialized (
    select c.*,
           row_number() over () as line,
           coalesce(c.keys[array_position(b.parts, content)], '') as value,
           c.keys[array_position(b.parts, place)]::int8 as code,
           right(c.keys[array_position(b.parts, 'month')], 2)::int2 as month,
           coalesce(content = any (b.parts), false) as by_content
    from counted_by(analysis_windows(asked, from_day, until_day), dims, names) c
    cross join lateral (select string_to_array(c.by, ',')) b(parts)
  ),
  allowed as (
    select c.line, m.place, m.name
    from counted c
    cross join (select name, row_number() over () as place from measures()) m
    cross join lateral (select case when c.code is null then places else array[c.code] end as codes) p
    cross join lateral (
      select case when c.month is not null then array[c.month] when whole_year then '{0}'::int2[] else months end as months
    ) o
    where m.name = any (names)
      and c.counts[m.place] >= least_told()
      and (
        select count(*)
        from told t
        where t.name = m.name
          and t.by_content = c.by_content
          and t.value = c.value
          and t.code = any (p.codes)
          and t.month = any (o.months)
      ) = cardinality(p.codes) * cardinality(o.months)
  )
  select c.by, c.keys, c.key_names,
         array(
           select case when a.place is not null then c.counts[m.place] end
           from (select row_number() over () as place from measures()) m
           left join allowed a on a.line = c.line and a.place = m.place
           order by m.place
         )
  from counted c
  where exists (select from allowed a where a.line = c.line)
  order by c.line;
end
$$;

-- Refuses what cannot be analysed for the caller, and says which measures of `asked` there are, `usual` where none is named.
create function measures_asked(asked text, usual text) returns text[]
language plpgsql immutable as $$
declare
  names constant text[] := string_to_array(coalesce(asked, usual), ',');
begin
  perform refuse_unless(names <@ array(select name from measures()), 'NO_SUCH_MEASURE', 'measures');
  return names;
end
$$;

-- Breakdown: counted_by as far as the caller may have it. More rows than anybody reads are refused.
create function breakdown(asked int8, from_day date, until_day date, dims_asked text, names_asked text)
returns table (by text, keys text[], key_names text[], counts int8[])
language plpgsql stable security definer rows 1000 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  rows_most constant int4 := 10000;
  dims constant text[] := dimensions_asked(asked, dims_asked);
  names constant text[] := measures_asked(names_asked, case
    when 'campaign' = any (dims) then 'problems,concluded,cases,disciplined,transferred,reported_back,asked,satisfied'
    else 'received'
  end);
  answered int8;
begin
  if figures_exact(asked) then
    return query select * from counted_by(analysis_windows(asked, from_day, until_day), dims, names);
  else
    return query
    select *
    from told_by(asked, from_day, until_day, dims, case when names @> '{problems}' then names || 'received'::text else names end);
  end if;
  get diagnostics answered = row_count;
  perform refuse_unless(answered <= rows_most, 'TOO_MANY_ROWS', 'by');
end
$$;

call settle_definers();
revoke all on function figures_exact, check_calendar_period, dimensions, dimensions_asked, measures, measured_rows, analysis_windows, counted_by,
  figure_places, cells_of_city, told_of, keys_of, told_by, measures_asked, breakdown from public;
grant execute on function check_calendar_period, figures_exact, breakdown to zoufang;
grant execute on function figures_exact, dimensions, dimensions_asked, measures, measured_rows, measures_asked, lead_state_name, refuse, refuse_unless
  to zoufang_definer;
