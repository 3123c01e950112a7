-- ListRetention: how many years each class of records is kept. Everybody who is signed in.
select t.record_class as "terms.record_class",
       t.years as "terms.years"
from retention_term t
order by t.record_class;
