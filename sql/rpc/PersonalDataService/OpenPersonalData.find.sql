-- OpenPersonalData, first: whom the request is about, for the server alone. Who asked, within a day of another's approval; NOT_FOUND otherwise.
select q.id as "id",
       q.key as "subject#key",
       q.name as "subject.name",
       q.phone as "subject.phone",
       q.identity_number as "subject.identity_number"
from approved_request(:id) q;
