-- GetCase: one case with what belongs to it. Anyone who may see it; NOT_FOUND otherwise. Opening one is written to the audit.
select audit_read('case', c.id)
from case_file c
where c.id = :id;

select c.*
from case_answer c
where c.id = :id;
