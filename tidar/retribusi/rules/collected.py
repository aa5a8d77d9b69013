"""What always holds between what phones signed, karcis that were sold, and payments; beside `rules.invariants`."""

from __future__ import annotations

from tidar.retribusi.rules.invariants import Invariant

COLLECTED = (
    Invariant(
        "device-money",
        "catatan alat yang uangnya tidak dibukukan sekali, utuh, pada kas juru pungutnya",
        """SELECT d.code || ' ' || r.counter FROM retribusi_devicerecord r JOIN retribusi_device d ON d.id = r.device_id
           LEFT JOIN retribusi_payment p ON p.id = r.payment_id
           WHERE (r.amount_rupiah = 0) <> (r.payment_id IS NULL) OR p.amount_rupiah <> r.amount_rupiah
              OR p.collector_id <> d.collector_id""",
    ),
    Invariant(
        "device-twice",
        "pembayaran yang ditunjuk lebih dari satu catatan alat",
        """SELECT payment_id FROM retribusi_devicerecord WHERE payment_id IS NOT NULL
           GROUP BY payment_id HAVING count(*) > 1""",
    ),
    Invariant(
        "device-unsigned",
        "pembayaran atas nama alat tanpa catatan yang ditandatangani",
        """SELECT p.receipt_number FROM retribusi_payment p WHERE p.key LIKE 'alat:%'
             AND NOT EXISTS (SELECT 1 FROM retribusi_devicerecord r WHERE r.payment_id = p.id)""",
    ),
    Invariant(
        "device-counted",
        "alat yang hitungan lengkapnya melewati catatan yang ada",
        """SELECT d.code FROM retribusi_device d WHERE d.complete_counter <> (
               SELECT count(DISTINCT r.counter) FROM retribusi_devicerecord r
               WHERE r.device_id = d.id AND r.counter BETWEEN 1 AND d.complete_counter)""",
    ),
    Invariant(
        "karcis-sold",
        "penjualan karcis yang pembayarannya tidak sebesar lembar kali nilainya",
        """SELECT m.id FROM retribusi_karcismove m JOIN retribusi_karcisbook b ON b.id = m.book_id
           LEFT JOIN retribusi_payment p ON p.id = m.payment_id
           WHERE (m.kind = 'terjual') <> (m.payment_id IS NOT NULL) OR (m.kind = 'terjual' AND p.amount_rupiah
                 IS DISTINCT FROM (m.last_serial - m.first_serial + 1) * b.denomination_rupiah)""",
    ),
    Invariant(
        "karcis-held",
        "juru pungut yang mempertanggungjawabkan karcis lebih banyak daripada yang diterimanya",
        """SELECT book_id || ' ' || collector_id FROM retribusi_karcismove WHERE collector_id <> ''
           GROUP BY book_id, collector_id HAVING sum(
               CASE WHEN kind = 'diserahkan' THEN 1 ELSE -1 END * (last_serial - first_serial + 1)) < 0""",
    ),
)
