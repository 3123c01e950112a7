-- ListDue: what is due of a class, in the order of its days. Supervisors, of their regions, but for what is about them.
select d.id as "records.record_id",
       :record_class::int2 as "records.record_class",
       d.current_code as "records.region_code",
       d.due_on as "records.due_on",
       d.held as "records.held",
       d.approval_id as "records.approval_id",
       d.at as "page.at",
       d.id as "page.id"
from due_records(:record_class, :region_code, :page.at, :page.id, :page.size) d
order by d.at, d.id
limit :page.size;

select (select t.years from retention_term t where t.record_class = :record_class) as "years",
       case when :total then due_total(:record_class, :region_code) end as "total_size";
