-- GetPhoto: who sees the visit or lead that it belongs to. NOT_FOUND otherwise, without telling whether it exists.
select p.*
from photo_answer p
where p.id = :id;
