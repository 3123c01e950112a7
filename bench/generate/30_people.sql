-- Offices of every county and township, agencies stationed elsewhere, their members, and what they were granted.
set search_path = generate, zoufang;

-- Commissions and township offices that are there already (`offices make`) are kept; some townships got theirs only on the way.
insert into office (id, name, kind, region_code, opened_on)
select id_of(r.code, 100), r.name || '监察委员会', 1, r.code, s.since - 200
from setting s
cross join region r
where r.level = 2
  and r.successor_code is null
  and not exists (select from office o where o.region_code = r.code and o.kind = 1);

insert into office (id, name, kind, region_code, parent_id, opened_on)
select id_of(r.code, 100), r.name || '监察委员会', 2, r.code, c.id, s.since - 150
from setting s
cross join region r
join office c on c.region_code = r.parent_code and c.kind = 1
where r.level = 3
  and r.successor_code is null
  and not exists (select from office o where o.region_code = r.code and o.kind = 2);

insert into office (id, name, kind, region_code, parent_id, opened_on)
select id_of(r.code, 100), r.name || '监察办公室', 3, r.code, c.id,
       s.since + case when dice(r.code, 101) < 0.6 then -100 else (dice(r.code, 102) * 1500)::int4 end
from setting s
cross join region r
join office c on c.region_code = r.parent_code and c.kind = 2
where r.level = 4
  and r.successor_code is null
  and not exists (select from office o where o.region_code = r.code and o.kind = 3);

-- 派驻机构: of the city and of each county; a few were closed again.
insert into office (id, name, kind, region_code, parent_id, opened_on, closed_on)
select id_of(c.region_code * 10 + a.number, 103), '派驻' || r.name || a.unit || '纪检监察组', 4, c.region_code, c.id,
       s.since + (dice(c.region_code + a.number, 104) * 1000)::int4 - 300,
       case when dice(c.region_code + a.number, 105) < 0.1 then s.since + 1200 + (dice(c.region_code + a.number, 106) * 500)::int4 end
from setting s
cross join office c
join region r on r.code = c.region_code
cross join (
  values (1, '教育局'), (2, '公安局'), (3, '农牧局'), (4, '民政局'), (5, '住建局'), (6, '法院'), (7, '检察院'), (8, '自然资源局')
) a(number, unit)
where c.kind = 1
   or c.kind = 2 and a.number <= 3;

-- Who works where. The first of an office leads it; the second of a county supervises.
create table member as
select row_number() over (order by o.kind, o.region_code, o.id, n) as number,
       o.id as office_id,
       o.kind,
       o.region_code,
       n as place,
       n = 1 as leader,
       n = 1 and o.kind <= 3 or n <= 4 and o.kind <= 2 as supervises,
       greatest(o.opened_on, s.since - 200) as joined_on,
       case when n > 4 and dice(o.region_code * 10 + o.kind, 110 + n) < 0.12 then (dice(o.region_code * 10 + o.kind, 160 + n) * 2000)::int4 end as left_after
from setting s
cross join office o
cross join lateral generate_series(1, case o.kind when 1 then 60 when 2 then 30 when 3 then 7 else 4 end) n
where o.closed_on is null or n <= 4;
alter table member add column user_id uuid, add column left_on date;
update member
set user_id = id_of(number, 120),
    left_on = case when joined_on + 30 + left_after < (select until from setting) then joined_on + 30 + left_after end;

insert into account (id, username, name, phone, office_id, leader, disabled_at, etag, created_at, updated_at)
select m.user_id, 'user.' || m.number, person_name(m.number, 121), '139' || lpad((dice(m.number, 123) * 100000000)::int8::text, 8, '0'), m.office_id,
       m.leader, time_on(m.left_on, 9, 17, dice(m.number, 124)), etag_of(m.user_id), time_on(m.joined_on, 9, 17, 0), time_on(m.joined_on, 9, 17, 0)
from member m;

-- Of those who left the service half are still members by the list.
insert into office_member (user_id, office_id, joined_on, left_on)
select m.user_id, m.office_id, m.joined_on, case when m.number % 2 = 0 then m.left_on end
from member m;

insert into role_grant (id, user_id, role, region_code, level, first, last, starts_at, created_at)
select id_of(m.number * 10 + g.role, 125), m.user_id, g.role, r.code, r.level, r.first, r.last, time_on(m.joined_on, 0, 1, 0), time_on(m.joined_on, 0, 1, 0)
from member m
join region o on o.code = m.region_code
cross join lateral (
  values (1, m.kind <> 4 or m.place <= 3, case when m.kind = 3 then o.parent_code else o.code end),
    (2, m.supervises, o.code),
    (3, m.kind <= 2 and m.place in (20, 21), o.code),
    (4, m.kind = 1 and m.place = 30, o.code),
    (5, m.kind = 1 and m.place in (31, 32), o.code)
) g(role, given, region)
join region r on r.code = g.region
where g.given;

-- 交叉检查: two officers of a county inspect the next one for two weeks, three times a year.
insert into role_grant (id, user_id, role, region_code, level, first, last, starts_at, ends_at, created_at)
select id_of(m.number * 100 + t, 126), m.user_id, 1, r.code, r.level, r.first, r.last, begins, begins + interval '14 days', begins - interval '3 days'
from setting s
cross join generate_series(0, 14) t
cross join lateral (select time_on(s.since + 30 + t * 120, 0, 1, 0) as begins) b
join (select c.code, coalesce(lead(c.code) over (order by c.code), min(c.code) over ()) as next from region c where c.level = 3) c on true
join member m on m.region_code = c.code and m.kind = 2 and m.place in (10, 11)
join region r on r.code = c.next;

-- Who may be drawn for a visit or a lead of an office.
create table crew as
select m.office_id,
       m.kind,
       m.region_code,
       array_agg(m.user_id order by m.place) filter (where not m.leader and m.left_on is null) as officers,
       array_agg(m.user_id order by m.place) filter (where m.leader) as leaders,
       array_agg(m.user_id order by m.place) filter (where m.supervises) as supervisors
from member m
where m.kind <= 3
group by m.office_id, m.kind, m.region_code;

-- The offices that answer for a place: the township's, once it was opened, and the county's.
create table answering as
select p.number as place,
       t.office_id as township_office,
       o.opened_on,
       t.officers as township_officers,
       t.leaders as township_leaders,
       c.office_id as county_office,
       c.officers as county_officers,
       c.leaders as county_leaders,
       c.supervisors as county_supervisors
from place p
join crew t on t.region_code = p.township and t.kind = 3
join office o on o.id = t.office_id
join crew c on c.region_code = p.county and c.kind = 2;
alter table answering add primary key (place);
create table whole_city as
select c.office_id, c.region_code, c.officers, c.supervisors from crew c where c.kind = 1;
