-- Finding: words in leads and visits, boxes on the map, states that are rare, and how many there are.
--
-- A text is found by its pairs of characters, which needs no dictionary and suits Chinese. One GIN index holds each record's pairs
-- and the codes of the regions around it, so that a rare word in a large land and a common one in a small one are both few entries.
-- Operators on arrays are not leakproof: under a policy they are no index condition. So the functions that end in _asked look as
-- definers, each statement with the whole policy in it, and give ids; who lists reads the rows by them under his own policies.
set local search_path = zoufang;

-- A text as texts are compared: wide digits and letters are as narrow ones, capitals as small letters. Most texts have no wide ones, and
-- looking is quicker than replacing.
create function folded(content text) returns text
language sql immutable parallel safe as $$
  select lower(
    case
      when content ~ '[　０-９Ａ-Ｚａ-ｚ]' then translate(
        content,
        '　０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ',
        ' 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
      )
      else content
    end
  )
$$;

create function pairs_of(content text) returns text[]
language plpgsql immutable parallel safe as $$
declare
  letters constant text[] := string_to_array(zoufang.folded(content), null);
begin
  return array(select p.one || p.next from unnest(letters, letters[2:]) p(one, next) where p.next is not null);
end
$$;

-- The regions around a code, each by as many digits as its level has: longer than any pair.
create function region_tokens(code int8) returns text[]
language sql immutable parallel safe as $$
  select array[left(code::text, 4), left(code::text, 6), left(code::text, 9), code::text]
$$;

-- The token of what scopes() tells.
create function scope_token(level int2, code int8) returns text
language sql immutable parallel safe as $$
  select left(code::text, case level when 2 then 4 when 3 then 6 when 4 then 9 else 12 end)
$$;

-- What is searched in a visit. Nobody's name.
create function visit_text(purpose text, place text, findings text, solved text[]) returns text
language plpgsql immutable parallel safe cost 1 as $$
begin
  return concat_ws(e'\n', purpose, place, findings, array_to_string(solved, e'\n'));
end
$$;

-- What the indexes hold. Of a lead its narrative alone: nothing that is sealed, and nobody's name beyond what it says itself.
create function lead_tokens(narrative text, code int8) returns text[]
language plpgsql immutable parallel safe cost 1000 as $$
begin
  return zoufang.pairs_of(narrative) || zoufang.region_tokens(code);
end
$$;

create function visit_tokens(purpose text, place text, findings text, solved text[], code int8) returns text[]
language plpgsql immutable parallel safe cost 1000 as $$
begin
  return zoufang.pairs_of(zoufang.visit_text(purpose, place, findings, solved)) || zoufang.region_tokens(code);
end
$$;

create index lead_found on lead using gin (lead_tokens(narrative, current_code));
alter index lead_found alter column 1 set statistics 1000;
create index visit_found on visit using gin (visit_tokens(purpose, place, findings, solved_descriptions, current_code));
alter index visit_found alter column 1 set statistics 1000;

-- The words of a query, folded. Refused where none of them is a pair of characters: that would be no search but a scan.
create function words_asked(query text) returns text[]
language plpgsql immutable parallel safe as $$
declare
  words constant text[] := array_remove(regexp_split_to_array(folded(query), '\s+'), '');
begin
  if query is null then
    return null;
  end if;
  perform refuse_unless((select max(char_length(w)) >= 2 from unnest(words) w), 'TOO_SHORT', 'query');
  return words;
end
$$;

create function pairs_asked(words text[]) returns text[]
language sql immutable parallel safe as $$
  select array(select distinct p from unnest(words) w cross join lateral unnest(pairs_of(w)) p)
$$;

-- Whether a text holds every word. Cheap by its cost, so that it is asked before the pairs where an order is walked.
create function holds_words(content text, words text[]) returns boolean
language plpgsql immutable parallel safe cost 1 as $$
declare
  text_folded text;
  word text;
begin
  foreach word in array words loop
    continue when strpos(content, word) > 0;
    text_folded := coalesce(text_folded, folded(content));
    if strpos(text_folded, word) = 0 then
      return false;
    end if;
  end loop;
  return true;
end
$$;

-- Where a visit was, by cells of a quarter degree, counted from west to east and from south to north.
alter table visit add column cell int4 generated always as (
  case
    when latitude between -90 and 90 and longitude between -180 and 180
      then (floor((latitude + 90) * 4) * 1441 + floor((longitude + 180) * 4))::int4
  end
) stored;
alter table visit_version add column cell int4;
create index visit_cell on visit (cell, started_at, id, latitude, longitude, current_code) where cell is not null;

-- The cells that a box touches.
create function cells_of(west float8, south float8, east float8, north float8) returns int4[]
language sql immutable parallel safe as $$
  select array(
    select (y.at * 1441 + x.at)::int4
    from generate_series(floor((south + 90) * 4)::int4, floor((north + 90) * 4)::int4) y(at)
    cross join generate_series(floor((west + 180) * 4)::int4, floor((east + 180) * 4)::int4) x(at)
  )
$$;

-- How far the order of one way is walked for words before their index is asked, in turn; NULL at the end: the planner's choice. Where words are common
-- the newest that hold them are among the newest of all, but how often their pairs come together, planners can only guess: by far too little. So a
-- short stretch of each way is looked at; the longer one follows where the first says that it will do, and the index where there is more behind it.
-- Together the caller's lands go no further than one city would.
create function stretches(words text[], within_code int8, most int8) returns int8[]
language plpgsql stable as $$
declare
  lands int8;
begin
  if words is null then
    return array[null::int8];
  end if;
  select greatest(count(*), 1) into lands from scopes(within_code);
  return array[1000 / lands, greatest(20000, 20 * most) / lands, null];
end
$$;

-- Whether so many of the short stretch say that the longer one would give fewer than `most`.
create function is_rare(given int8, walks int8[], most int8) returns boolean
language sql immutable parallel safe as $$ select given * walks[2] < most * walks[1] $$;

-- A scope as a condition on columns that records of case data have.
create function scope_condition(level int2, city int4, county int4, township int4, code int8) returns text
language sql immutable parallel safe as $$
  select case level
    when 2 then 'city = ' || city
    when 3 then 'county = ' || county
    when 4 then 'township = ' || township
    else 'current_code = ' || code
  end
$$;

-- The lands in scope: a condition on columns that records of case data have, and the token by which the words' index knows their records.
create function lands_asked(within_code int8) returns table (level int2, first int8, last int8, condition text, token text)
language plpgsql stable rows 5 as $$
begin
  return query
  select s.level, r.first, r.last, scope_condition(s.level, s.city, s.county, s.township, s.code), scope_token(s.level, s.code)
  from scopes(within_code) s
  join region r on r.code = s.code;
end
$$;

-- The newest leads, at most `most` of each way of seeing them, that hold the words and fit the filters (NULL or empty: any),
-- behind a page's end where that is given. The policy is in the ways: the caller's scope, what he raised or handles, what his office
-- answers for or is offered to either; where a handler or an office is named instead, it is asked as it stands. (As one condition it
-- would make every way look rare to the planner.) Each way is a statement of its own, planned for what was asked: a rare word comes by the
-- words' index, a common one by the way's order, of which stretches may be given twice. No statement holds anything of the request but as a parameter.
create function leads_asked(
  query text, within_code int8, states int2[], channels int2[], domain text, problem_type text, occurrence int2, overdue int2,
  handler_id uuid, office_id uuid, campaign_id uuid, received_after timestamptz, received_before timestamptz, page_at timestamptz, page_id uuid, most int8
) returns table (id uuid)
language plpgsql stable security definer rows 50 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  filters constant text := $q$
        ($22 or l.current_code <@ $1 or l.raised_by = any ($2) or l.handler_id = any ($2) or l.office_id = any ($2)
          or l.offered_to = any ($2))
        and (l.accused is null or not l.accused && $3)
        and l.erased_at is null
        and ($4 is null or l.current_code between $4 and $5)
        and ($6 = '{}' or l.state = any ($6))
        and ($7 = '{}' or l.channel = any ($7))
        and ($8 is null or l.domain = $8)
        and ($9 is null or l.problem_type = $9)
        and ($10 is null or l.occurrence = $10)
        and ($11 is null or l.handler_id = $11)
        and ($12 is null or l.office_id = $12)
        and ($20 is null or l.due_by > $20 and l.due_by <= $21)
        and ($23 is null or l.campaign_id = $23) $q$;
  span constant text := $q$
        ($13 is null or l.received_at >= $13)
        and ($14 is null or l.received_at < $14)
        and ($15 is null or (l.received_at, l.id) < ($15, $16)) $q$;
  walked constant text := $q$
    select l.id
    from (select l.* from lead l where %1$s and %2$s order by l.received_at desc, l.id desc limit $24) l
    where %3$s and holds_words(l.narrative, $18)
    order by l.received_at desc, l.id desc
    limit $19 $q$;
  asked constant text := $q$
    select l.id
    from lead l
    where %1$s and %2$s and %3$s
      and ($18 is null or lead_tokens(l.narrative, l.current_code) @> $17 and holds_words(l.narrative, $18))
      and ($25 is null or exists (select from lead l where %1$s and %2$s order by l.received_at desc, l.id desc offset $25))
    order by l.received_at desc, l.id desc
    limit $19 $q$;
  words constant text[] := words_asked(leads_asked.query);
  pairs constant text[] := pairs_asked(words);
  walks constant int8[] := stretches(words, within_code, most);
  anybodys constant boolean := leads_asked.handler_id is null and leads_asked.office_id is null;
  land record;
  due record;
  way record;
  stretch int8;
  behind int8;
  given int8;
  rare boolean;
begin
  select w.first, w.last into land from within(within_code) w;
  select b.after, b.until into due from overdue_bounds(overdue) b where overdue is not null;
  if ways() = '{}' then
    return;
  end if;
  for way in
    select 'l.' || a.condition as condition, array[a.token] as token
    from lands_asked(within_code) a
    where anybodys
    union all
    select format('l.raised_by = %L', me()), '{}' where anybodys
    union all
    select format('l.handler_id = %L', coalesce(leads_asked.handler_id, me())), '{}' where anybodys or leads_asked.handler_id is not null
    union all
    select format('l.office_id = %L', coalesce(leads_asked.office_id, my_office())), '{}'
    where anybodys or leads_asked.handler_id is null
    union all
    select format('l.offered_to in (%L, %L)', me(), my_office()), '{}' where anybodys
  loop
    rare := false;
    behind := null;
    foreach stretch in array walks loop
      continue when rare and stretch is not null;
      return query execute format(case when stretch is not null then walked else asked end, way.condition, span, filters)
      using scope(), ways(), blind(), case when within_code is not null then land.first end, land.last, coalesce(states, '{}'),
        coalesce(channels, '{}'), leads_asked.domain, leads_asked.problem_type, leads_asked.occurrence, leads_asked.handler_id,
        leads_asked.office_id, received_after, received_before, page_at, page_id, pairs || way.token, words, most,
        due.after, due.until, anybodys, leads_asked.campaign_id, stretch, behind;
      get diagnostics given = row_count;
      exit when given >= most;
      rare := is_rare(given, walks, most);
      behind := stretch;
    end loop;
  end loop;
end
$$;

-- The newest visits, likewise. A box (west,south,east,north in degrees) in cities and counties goes through its cells, each giving its own newest.
create function visits_asked(
  query text, within_code int8, officer_id uuid, campaign_id uuid, kinds int2[], states int2[], started_after timestamptz, started_before timestamptz,
  bounds text, page_at timestamptz, page_id uuid, most int8
) returns table (id uuid)
language plpgsql stable security definer rows 50 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  -- A box of more cells holds most of what is in sight: the way's own order finds it sooner. In smaller lands it does so always, for there it tells
  -- positions inside its index.
  cells_most constant int4 := 4000;
  cells_most_of_county constant int4 := 64;
  filters constant text := $q$
        ($19 or v.current_code <@ $1 or v.recorder_id = any ($2) or v.office_id = any ($2) or v.team && $2)
        and v.erased_at is null
        and ($3 is null or v.current_code between $3 and $4)
        and ($5 = '{}' or v.kind = any ($5))
        and ($6 = '{}' or v.state = any ($6))
        and ($20 is null or v.campaign_id = $20) $q$;
  span constant text := $q$
        ($7 is null or %1$s >= $7)
        and ($8 is null or %1$s < $8)
        and ($9 is null or (%1$s, %2$s) < ($9, $10)) $q$;
  walked constant text := $q$
    select v.id
    from (select v.* from %1$s and %4$s order by %2$s desc, %3$s desc limit $21) v
    where %5$s and %7$s and holds_words(visit_text(v.purpose, v.place, v.findings, v.solved_descriptions), $12)
    order by v.started_at desc, v.id desc
    limit $17 $q$;
  asked constant text := $q$
    select v.id
    from %1$s and %4$s and %5$s and %6$s and %7$s
      and ($12 is null or visit_tokens(v.purpose, v.place, v.findings, v.solved_descriptions, v.current_code) @> $11
        and holds_words(visit_text(v.purpose, v.place, v.findings, v.solved_descriptions), $12))
      and ($22 is null or exists (select from %1$s and %4$s order by %2$s desc, %3$s desc offset $22))
    order by %2$s desc, %3$s desc
    limit $17 $q$;
  in_cells constant text := $q$
    select n.id
    from unnest($18) c(cell)
    cross join lateral (
      select v.id, v.started_at
      from %1$s and v.cell = c.cell and %4$s and %5$s and %7$s
      order by v.started_at desc, v.id desc
      limit $17
    ) n
    order by n.started_at desc, n.id desc
    limit $17 $q$;
  words constant text[] := words_asked(visits_asked.query);
  pairs constant text[] := pairs_asked(words);
  walks constant int8[] := stretches(words, within_code, most);
  box constant float8[] := box_asked(bounds);
  aside constant text := case when states <> '{}' and not 1 = any (states) then '%s.state <> 1' else 'true' end;
  boxed constant text := case when box is not null then '%1$s.longitude between $13 and $15 and %1$s.latitude between $14 and $16' else 'true' end;
  cells int4[];
  land record;
  way record;
  stretch int8;
  behind int8;
  given int8;
  rare boolean;
begin
  if ways() = '{}' then
    return;
  end if;
  if box is not null and words is null and (box[3] - box[1]) * (box[4] - box[2]) * 16 < cells_most then
    cells := cells_of(box[1], box[2], box[3], box[4]);
  end if;
  select w.first, w.last into land from within(within_code) w;
  for way in
    select 'visit v where v.' || case when c.used then format('current_code between %s and %s', a.first, a.last) else a.condition end as source,
           'v' as name, 'v.id' as key, array[a.token] as token, c.used as by_cells
    from lands_asked(within_code) a
    cross join lateral (
      select cells is not null and (a.level = 2 or a.level = 3 and cardinality(cells) <= cells_most_of_county) as used
    ) c
    where officer_id is null
    union all
    select format('visit v where v.office_id = %L', my_office()), 'v', 'v.id', '{}', false
    where officer_id is null
    union all
    select format('visit_member m join visit v on v.id = m.visit_id where m.user_id = %L', coalesce(officer_id, me())), 'm', 'm.visit_id', '{}', false
  loop
    rare := false;
    behind := null;
    foreach stretch in array walks loop
      continue when rare and stretch is not null;
      return query execute format(
        case when way.by_cells then in_cells when stretch is not null then walked else asked end,
        way.source, way.name || '.started_at', way.key, format(span, way.name || '.started_at', way.key), filters,
        format(aside, way.name), format(boxed, case when stretch is null then way.name else 'v' end))
      using scope(), ways(), case when within_code is not null then land.first end, land.last, coalesce(kinds, '{}'),
        coalesce(states, '{}'), started_after, started_before, page_at, page_id, pairs || way.token, words, box[1], box[2], box[3], box[4],
        most, cells, officer_id is null, visits_asked.campaign_id, stretch, behind;
      get diagnostics given = row_count;
      exit when given >= most;
      rare := is_rare(given, walks, most);
      behind := stretch;
    end loop;
  end loop;
end
$$;

-- The newest visits in which the caller and another both took part, at most `most`, that fit the filters (NULL or empty: any), behind a page's end where
-- that is given. As a definer: whether the caller took part is the policy itself. Planned for the two: it goes through those of whom has fewer.
create function visits_together(
  other uuid, within_code int8, campaign_id uuid, kinds int2[], states int2[], started_after timestamptz, started_before timestamptz,
  page_at timestamptz, page_id uuid, most int8
) returns table (id uuid)
language plpgsql stable security definer rows 50 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
begin
  if ways() = '{}' then
    return;
  end if;
  return query execute format($q$
    select m.visit_id
    from visit_member m
    join visit_member o on o.visit_id = m.visit_id and o.started_at = m.started_at
    where m.user_id = %L
      and o.user_id = %L
      and ($1 is null or m.current_code <@ $1)
      and ($2 is null or m.campaign_id = $2)
      and ($3 = '{}' or m.kind = any ($3))
      and ($4 = '{}' or m.state = any ($4))
      and ($5 is null or m.started_at >= $5)
      and ($6 is null or m.started_at < $6)
      and ($7 is null or (m.started_at, m.visit_id) < ($7, $8))
    order by m.started_at desc, m.visit_id desc
    limit $9
  $q$, me(), other)
  using (select w.codes from within(within_code) w where within_code is not null), visits_together.campaign_id, coalesce(kinds, '{}'),
    coalesce(states, '{}'), started_after, started_before, page_at, page_id, most;
end
$$;

-- A box as it was asked for: four numbers with commas between, as the field's rule sees to.
create function box_asked(bounds text) returns float8[]
language plpgsql immutable parallel safe as $$
declare
  box constant float8[] := string_to_array(bounds, ',')::float8[];
begin
  if box is null then
    return null;
  end if;
  perform refuse_unless(
    box[1] between -180 and 180 and box[3] between box[1] and 180 and box[2] between -90 and 90 and box[4] between box[2] and 90,
    'OUT_OF_RANGE', 'bounds'
  );
  return box;
end
$$;

-- Lists count what fits up to here: what is more is told as this many.
create function total_most() returns int8
language sql immutable parallel safe as $$ select 10000::int8 $$;

call settle_definers();
revoke all on function folded, pairs_of, region_tokens, scope_token, visit_text, lead_tokens, visit_tokens, words_asked, pairs_asked,
  holds_words, cells_of, stretches, is_rare, scope_condition, lands_asked, leads_asked, visits_asked, visits_together, box_asked, total_most from public;
grant execute on function folded, pairs_of, region_tokens, visit_text, lead_tokens, visit_tokens, leads_asked, visits_asked,
  visits_together, total_most to zoufang;
grant execute on function folded, pairs_of, region_tokens, scope_token, visit_text, lead_tokens, visit_tokens, words_asked, pairs_asked,
  holds_words, cells_of, stretches, is_rare, scope_condition, lands_asked, box_asked, scopes, within to zoufang_definer;
