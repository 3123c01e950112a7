-- One row of the audit tells what was generated, and with what. The records themselves have none: nobody did them, and `audit verify` says so of each.
set search_path = zoufang;
insert into audit (actor, method, action, kind, result)
select session_user, 'generate', 'created', 'generated',
       format('%s visits, %s leads, %s cases, seed %s', (select count(*) from visit), (select count(*) from lead), (select count(*) from case_file), s.seed)
from generate.setting s;
drop schema generate cascade;
drop schema generate_later cascade;
