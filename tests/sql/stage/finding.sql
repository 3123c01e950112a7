-- What one caller, :caller, finds by words among the records of texts.sql.
begin;
select from begin_call(zoufang.named_hash_of(('token of ' || :'caller')::bytea), 0, true, 60000, 'LeadService/ListLeads', null);
select format('  %s  %s finds in %s %s%s', case when f.is = w.expected then 'ok  ' else 'FAIL' end, :'who', k.kind, w.what,
         case when f.is <> w.expected then format(': %s, not %s', f.is, w.expected) end)
from (values ('leads'), ('visits')) k(kind)
cross join (
  values
    ('a common word among the newest', '低保名额', 51, '51'),
    ('a word for which one walks on', '水渠年久', 51, '51'),
    ('all there are of a rare word', '界碑移动', 51, '5'),
    ('a word that was common long ago', '退耕补助', 51, '51'),
    ('no word that is nowhere', '无此一词', 51, '0'),
    ('as many as are counted', '低保名额', 2000, '300')
) w(what, query, most, expected)
cross join lateral (select test.found(k.kind, w.query, w.most) as is) f;
commit;
