-- The generator's own schema: dice, words, and what is worked out once. It is dropped at the end.
--
-- Everything follows from the seed and the number of a record: the same settings give the same records, in whatever order they are made.
drop schema if exists generate cascade;
create schema generate;
set search_path = generate, zoufang;

create table setting as
select :seed::int8 as seed,
       :leads::int8 as leads,
       :visits::int8 as visits,
       :'until'::date as until,
       (:'until'::date - interval '5 years')::date as since;

-- A number from 0 up to 1 that belongs to `n`; `salt` tells its questions apart.
create function dice(n int8, salt int4) returns float8
language sql immutable parallel safe
return (hashint8extended(n, salt + :seed * 1000) & 9007199254740991)::float8 / 9007199254740992;

create function dice(id uuid, salt int4) returns float8
language sql immutable parallel safe
return (uuid_hash_extended(id, salt + :seed * 1000) & 9007199254740991)::float8 / 9007199254740992;

-- An id as a phone makes it: by time, so that what is written together lies together.
create function id_at(at timestamptz, n int8, salt int4) returns uuid
language sql stable parallel safe
return overlay(
  overlay(md5(n::text || ' ' || salt || ' ' || :seed) placing lpad(to_hex((extract(epoch from at) * 1000)::int8), 12, '0') || '7' from 1)
  placing '8' from 17
)::uuid;

create function id_of(n int8, salt int4) returns uuid
language sql immutable parallel safe
return md5(n::text || ' ' || salt || ' ' || :seed)::uuid;

create function etag_of(id uuid) returns bytea
language sql immutable parallel safe
return sha256(uuid_send(id));

create function pick(list text[], luck float8) returns text
language sql immutable parallel safe
return list[1 + floor(luck * cardinality(list))::int4];

create function draw(list uuid[], luck float8) returns uuid
language sql immutable parallel safe
return list[1 + floor(luck * cardinality(list))::int4];

-- Days until something happens that comes after `mean` days on average: often soon, seldom very late.
create function wait_days(mean float8, luck float8) returns interval
language sql immutable parallel safe
return make_interval(secs => mean * -ln(1 - luck) * 86400);

-- A time of a local day between two hours.
create function time_on(day date, first_hour float8, last_hour float8, luck float8) returns timestamptz
language sql stable parallel safe
return (day::timestamp + make_interval(secs => (first_hour + luck * (last_hour - first_hour)) * 3600)) at time zone 'Asia/Shanghai';

create function person_name(n int8, salt int4) returns text
language sql immutable parallel safe
return pick('{王,李,张,刘,陈,杨,赵,黄,周,吴,徐,孙,胡,朱,高,林,何,郭,马,罗,梁,宋,郑,谢,韩,唐,冯,于,董,萧,包,白,乌,敖,宝,金,邰,佟,鲍,孟}', dice(n, salt))
  || pick('{伟,芳,娜,敏,静,丽,强,磊,军,洋,勇,艳,杰,娟,涛,明,超,霞,平,刚,桂英,志国,建华,海燕,晓东,玉兰,国栋,春梅,永福,金山,宝音,其其格,巴特尔,青格勒,文博,立新,秀珍,长江,振华,凤琴}',
    dice(n, salt + 1));

create function post_name(luck float8) returns text
language sql immutable parallel safe
return pick('{村党支部书记,村委会主任,村会计,村民小组组长,驻村干部,民政助理,林业站站长,财政所所长,司法所所长,派出所民警,国土所所长,卫生院院长,中心校校长,副镇长,包村干部}', luck);

create function unit_name(township text, luck float8) returns text
language sql immutable parallel safe
return township || pick('{人民政府,财政所,民政办,林业站,国土所,司法所,派出所,卫生院,中心校,农牧业服务中心,综合执法局,供电所}', luck);
