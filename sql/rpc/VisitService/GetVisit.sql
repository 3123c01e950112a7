-- GetVisit: one visit in full. Anyone who may see it; NOT_FOUND otherwise, without telling whether it exists.
select v.*
from visit_answer v
where v.id = :id;
