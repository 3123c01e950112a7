-- ListPhotos: the pictures of one visit or one lead that the caller may see, oldest first.
select refuse_unless(num_nonnulls(:visit_id, :lead_id) = 1, 'REQUIRED', 'visit_id');

select p.id as "photos.id",
       p.visit_id as "photos.visit_id",
       p.lead_id as "photos.lead_id",
       p.sha256 as "photos.sha256",
       p.byte_size as "photos.byte_size",
       p.media_type as "photos.media_type",
       p.width as "photos.width",
       p.height as "photos.height",
       p.captured_at as "photos.captured_at",
       p.latitude as "photos.position.latitude",
       p.longitude as "photos.position.longitude",
       p.accuracy as "photos.position.accuracy",
       p.device as "photos.device",
       p.caption as "photos.caption",
       p.etag as "photos.etag",
       p.recorder_id as "photos.recorder_id",
       p.received_at as "photos.received_at",
       p.captured_at as "page.captured_at",
       p.id as "page.id"
from photo p
where true
  and p.visit_id = :visit_id --? visit_id
  and p.lead_id = :lead_id --? lead_id
  and (p.captured_at, p.id) > (:page.captured_at, :page.id) --? page
order by p.captured_at, p.id
limit :page.size;

select case when :total then (
  select count(*)
  from photo p
  where true
    and p.visit_id = :visit_id --? visit_id
    and p.lead_id = :lead_id --? lead_id
) end as total_size;
