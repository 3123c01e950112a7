-- What one connection of the serving role sees between calls: nothing of the call before.
select format('  %s  %s', case when t.holds then 'ok  ' else 'FAIL' end, t.sentence)
from (
  values
    ('the connection is the serving role''s', current_user = 'zoufang' and session_user = 'zoufang'),
    ('before any call no visit is seen', not exists (select from visit)),
    ('before any call no lead is seen', not exists (select from lead)),
    ('its plans are generic', current_setting('plan_cache_mode') = 'force_generic_plan')
) t(sentence, holds);

begin;
select from begin_call(zoufang.named_hash_of('token of city'), 0, false, 1000, 'LeadService/GetLead', null);
select format('  %s  %s', case when t.holds then 'ok  ' else 'FAIL' end, t.sentence)
from (
  values
    ('within a call its caller''s visits are seen', exists (select from visit)),
    ('within a call its deadline holds', current_setting('statement_timeout') = '1s')
) t(sentence, holds);
commit;

select format('  %s  %s', case when t.holds then 'ok  ' else 'FAIL' end, t.sentence)
from (
  values
    ('after a call the settings are there, and empty', current_setting('zoufang.user') = ''),
    ('after a call no visit is seen', not exists (select from visit)),
    ('after a call no lead is seen', not exists (select from lead)),
    ('after a call no account is seen', not exists (select from account)),
    ('after a call the deadline is the role''s own', current_setting('statement_timeout') = '1min')
) t(sentence, holds);

begin;
select from begin_call(zoufang.named_hash_of('token of officer'), 0, true, 1000, 'LeadService/GetLead', null);
select format('  %s  %s', case when t.holds then 'ok  ' else 'FAIL' end, t.sentence)
from (values ('a call that only reads is read-only', current_setting('transaction_read_only') = 'on')) t(sentence, holds);
commit;
select format('  %s  %s', case when t.holds then 'ok  ' else 'FAIL' end, t.sentence)
from (values ('the call after it is not', current_setting('transaction_read_only') = 'off')) t(sentence, holds);
