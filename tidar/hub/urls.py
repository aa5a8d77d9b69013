"""Addresses of the hub."""

from __future__ import annotations

from django.urls import path, re_path

from tidar.hub.views import (
    changes,
    consumers,
    data,
    deliveries,
    events,
    feeds,
    health,
    messages,
    openapi,
    push,
    quarantine,
    wizard,
)

app_name = "hub"

UUID = r"(?P<delivery_id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"

urlpatterns = [
    path("hub/", feeds.feeds, name="feeds"),
    path("hub/umpan/baru/", feeds.new_feed, name="new_feed"),
    path("hub/umpan/<slug:code>/", feeds.feed, name="feed"),
    path("hub/umpan/<slug:code>/ubah/", feeds.edit, name="edit_feed"),
    path("hub/umpan/<slug:code>/kelola/", feeds.administer, name="administer_feed"),
    re_path(r"^hub/umpan/(?P<code>[-\w]+)/templat\.(?P<ending>csv|xlsx)$", feeds.empty_template, name="template"),
    path("hub/umpan/<slug:code>/unggah/", wizard.upload, name="upload"),
    path("hub/kiriman/<uuid:delivery_id>/petakan/", wizard.map_, name="map"),
    path("hub/kiriman/<uuid:delivery_id>/periksa/", wizard.check, name="check"),
    path("hub/kiriman/<uuid:delivery_id>/", deliveries.delivery, name="delivery"),
    path("hub/kiriman/<uuid:delivery_id>/berkas", deliveries.raw, name="raw"),
    path("hub/kiriman/<uuid:delivery_id>/putar-ulang/", deliveries.replay, name="replay"),
    path("hub/kiriman/<uuid:delivery_id>/karantina/", quarantine.quarantine, name="quarantine"),
    path("hub/kiriman/<uuid:delivery_id>/karantina/<uuid:row_id>/", quarantine.row, name="row"),
    re_path(rf"^hub/kiriman/{UUID}/karantina\.(?P<ending>csv|xlsx)$", quarantine.export, name="export"),
    path("api/hub/feeds", data.feeds_data, name="api_feeds"),
    path("api/hub/feeds/<slug:code>", data.feed_data_view, name="api_feed"),
    path("api/hub/deliveries/<uuid:delivery_id>", data.delivery_data_view, name="api_delivery"),
    path("hub/kesehatan/", health.health, name="health"),
    path("api/hub/health", health.health_data, name="api_health"),
    path("api/hub/feeds/<slug:code>/deliveries", push.push, name="api_push"),
    path("hub/konsumen/", consumers.consumers, name="consumers"),
    path("hub/konsumen/<uuid:letter_id>/ulangi/", consumers.retry, name="consumer_retry"),
    path("hub/konsumen/<uuid:letter_id>/tutup/", consumers.settle, name="consumer_settle"),
    path("hub/pesan/", messages.sensor_messages, name="messages"),
    path("openapi.json", openapi.openapi, name="openapi"),
    path("changes", changes.changes, name="changes"),
    path("events/live", events.live, name="events_live"),
]
