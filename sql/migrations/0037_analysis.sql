-- Analysis: counts by dimensions, rankings, the backlog, and what stands out. Like the figures of a work report they are counted where the caller's
-- grants as supervisor or analyst reach, by recorded codes, without what blinds him; who is an analyst only is told what 0040 tells.
set local search_path = zoufang;

-- Whether the caller has exact counts of a region: he supervises all of it that is counted for him.
create function figures_exact(asked int8) returns boolean
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return not exists (
    select
    from figure_sight(asked) s
    cross join lateral unnest(s.counted) c(code)
    join region r on r.code = c.code
    where (r.current_code <@ scope()) is not true
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
    ('occurrence', 'l.occurrence', '''LEAD_OCCURRENCE_'' || (''{INITIAL,REPEAT,SKIP_LEVEL}''::text[])[%s]', null, false, null),
    ('state', 'l.state', 'lead_state_name(%s)', null, false, null),
    ('outcome', 'case when l.state in (8, 9, 10) then l.finding end',
      '''OUTCOME_FINDING_'' || (''{SUBSTANTIATED,UNFOUNDED,FALSE_ACCUSATION,DISTURBING_ORDER}''::text[])[%s]', null, false, null),
    ('campaign', 'l.campaign_id', '%s::text', 'campaign n on n.id = %s', false, null),
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
  perform refuse_unless(cardinality(dims) <= 3, 'TOO_MANY_ITEMS', 'by');
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
create index lead_breakdown on lead ((region_code / 1000000), received_at)
  include (region_code, channel, class, occurrence, domain, problem_type, cause, state, finding, campaign_id, due_by, accused);

-- What is counted: leads, or facts of a kind, that meet a condition; those that count `once` each, of however many rows.
create function measures() returns table (name text, kind int2, condition text, once boolean)
language sql immutable parallel safe rows 12 as $$
  values
    ('received', null::int2, 'state <> 11 and channel <> 7', false),
    ('problems', null, 'state <> 11', false),
    ('declined', null, 'state = 11', false),
    ('open', null, 'state in (1, 2, 3, 4, 5, 6, 7, 15)', false),
    ('overdue', null, 'state in (1, 2, 3, 4, 5, 6, 7, 15) and due_by < now()', false),
    ('concluded', 1, 'kind = 1 and state <> 11', false),
    ('reported_back', 4, 'kind = 4 and state <> 11', true),
    ('asked', 4, 'kind = 4 and state <> 11 and satisfaction <= 4', false),
    ('satisfied', 4, 'kind = 4 and state <> 11 and satisfaction <= 2', false),
    ('cases', 7, 'kind = 7', false),
    ('disciplined', 8, 'kind = 8', true),
    ('transferred', 9, 'kind = 9', true)
$$;

-- What measures are counted from, each read once: leads, facts that count each, and facts of kinds of which some count once. `counts` of its rows by all
-- dimensions, and `sums` of those in the order of measures(), null for what the source has not.
create function measure_sources(names text[]) returns table (kinds int2[], once boolean, counts text, sums text)
language sql immutable parallel safe rows 3 as $$
  with asked as (
    select m.*, m.name = any (names) as wanted, bool_or(m.once and m.name = any (names)) over (partition by m.kind) as with_once
    from measures() with ordinality m(name, kind, condition, once, place)
  )
  select s.kinds, s.once,
         string_agg(format('count(*) filter (where %s) as %I', a.condition, a.name), ', ') filter (where a.of_source),
         string_agg(
           case
             when not a.of_source then 'null'
             when a.once then format('count(distinct once) filter (where %1$I > 0) + coalesce(sum(%1$I) filter (where once is null), 0)', a.name)
             else format('sum(%I)', a.name)
           end,
           ', ' order by a.place
         )
  from (
    select array_agg(distinct o.kind) filter (where o.kind is not null) as kinds, o.with_once as once
    from asked o
    where o.wanted
    group by o.kind is null, o.with_once
  ) s
  cross join lateral (
    select o.*, o.wanted and coalesce(o.kind, 0) = any (coalesce(s.kinds, '{0}')) as of_source from asked o
  ) a
  group by s.kinds, s.once
$$;

-- The rows of facts of some kinds, or of leads where `kinds` is NULL, over spans ($1), without what blinds ($2). `expressions` are of a lead l (or of
-- what a fact repeats of it) and a moment t.at.
create function measured_rows(kinds int2[], once boolean, expressions text, spans figure_span[]) returns text
language sql immutable parallel safe as $$
  select case
    when kinds is null then
      over_spans(
        'select ' || expressions || ', l.state, l.channel, l.due_by
         from lead l
         cross join lateral (values (l.received_at)) t(at)
         where %2$s
           and (l.accused is null or not l.accused && $2)',
        'l', 'received_at', spans
      )
    else
      over_spans(
        format(
          'select %s, l.kind, l.state, l.satisfaction%s
           from fact l
           cross join lateral (values (l.at)) t(at)
           %s
           where %%2$s
             and l.kind = any (%L)
             and (l.kind <> 8 or l.disciplined)
             and (l.undone_at is null or l.undone_at >= ($1[%%1$s]).ends_at)
             and (l.accused is null or not l.accused && $2)',
          expressions,
          case when once then ', coalesce(p.same_as, l.once) as once' end,
          case when once then 'left join person p on p.id = l.once and p.same_as is not null' end,
          kinds
        ),
        'l', 'at', spans
      )
  end
$$;

-- The spans of a region for analysis, of one period.
create function analysis_spans(asked int8, from_day date, until_day date) returns figure_span[]
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return figure_spans(array(select w from unnest(figure_windows(asked, from_day, until_day, true)) w where w.k = 0));
end
$$;

-- Counts by up to three dimensions, with the totals by each of them and of all. `dims` and `names` as dimensions() and measures() call them. Of a
-- row `by` says which dimensions it is by, `keys` and `key_names` of what; '' is what was not stated. `counts` in the order of measures(), NULL where
-- not asked for. Processes share each source, not the sources among them: these would be sorted for it.
create function counted_by(spans figure_span[], dims text[], names text[])
returns table (by text, keys text[], key_names text[], counts int8[])
language plpgsql stable security definer rows 1000
set search_path = zoufang, pg_temp set max_parallel_workers_per_gather = 2 set enable_parallel_append = off set work_mem = '64MB' as $$
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
  -- Rows are counted by all dimensions first, by several processes where there are many; what is left is summed up, with the totals.
  select string_agg(
           format(
             'select grouping(%1$s) as g, %1$s, array[%2$s]::int8[] as counts
              from (select %3$s, %4$s from (%5$s) r group by %3$s) r
              group by grouping sets (%6$s)',
             columns, m.sums, concat_ws(', ', case when m.once then 'once' end, columns), m.counts,
             measured_rows(m.kinds, m.once, array_to_string(expressions, ', '), spans), sets
           ),
           ' union all '
         )
  into sources
  from measure_sources(names) m;
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
  ) using spans, blind();
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

-- The measures that are asked for, `usual` where none is named. Refuses what there is not, and what only those with exact counts have.
create function measures_asked(asked text, usual text, exact boolean) returns text[]
language plpgsql immutable as $$
declare
  names constant text[] := string_to_array(coalesce(asked, usual), ',');
begin
  perform refuse_unless(names <@ array(select name from measures()), 'NO_SUCH_MEASURE', 'measures');
  perform refuse_unless(exact or names <@ '{received}', 'NOT_TOLD', 'measures');
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
  exact constant boolean := figures_exact(asked);
  dims constant text[] := dimensions_asked(asked, dims_asked);
  names constant text[] := measures_asked(names_asked, case
    when 'campaign' = any (dims) then 'problems,concluded,cases,disciplined,transferred,reported_back,asked,satisfied'
    else 'received'
  end, exact);
  answered int8;
begin
  if exact then
    return query select * from counted_by(analysis_spans(asked, from_day, until_day), dims, names);
  else
    return query select * from told_by(asked, from_day, until_day, dims);
  end if;
  get diagnostics answered = row_count;
  perform refuse_unless(answered <= rows_most, 'TOO_MANY_ROWS', 'by');
end
$$;

call settle_definers();
revoke all on function figures_exact, dimensions, dimensions_asked, measures, measure_sources, measured_rows, analysis_spans, counted_by, figure_places,
  measures_asked, breakdown from public;
grant execute on function figures_exact, breakdown to zoufang;
grant execute on function figures_exact, dimensions, dimensions_asked, measures, measure_sources, measured_rows, measures_asked, lead_state_name, refuse, refuse_unless
  to zoufang_definer;
