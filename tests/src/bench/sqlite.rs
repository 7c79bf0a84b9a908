//! The same sellers as rows, and the best queries that a careful hand writes for them.
//!
//! Everything is prepared for speed: the database is in memory, tokens and stems are rows of their own tables in the
//! order in which they are looked up, places stand in an R*Tree, and a position is a unit vector, so that the nearest is
//! the one with the largest dot product and no angle is computed.

use opener_trade::{PeerId, directory::Query, words::tokens};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

use super::sellers::{NOW, Seller};

const SCHEMA: &str = "
CREATE TABLE seller (slot INTEGER PRIMARY KEY, peer BLOB NOT NULL, signed BLOB NOT NULL, online INTEGER NOT NULL,
    expires_at INTEGER NOT NULL, x REAL NOT NULL, y REAL NOT NULL, z REAL NOT NULL, reach REAL NOT NULL) STRICT;
CREATE TABLE category (stem TEXT NOT NULL, slot INTEGER NOT NULL, PRIMARY KEY (stem, slot)) STRICT, WITHOUT ROWID;
CREATE TABLE token (token TEXT NOT NULL, slot INTEGER NOT NULL, PRIMARY KEY (token, slot)) STRICT, WITHOUT ROWID;
CREATE VIRTUAL TABLE place USING rtree (slot, south, north, west, east);
PRAGMA temp_store = MEMORY;
PRAGMA cache_size = -4000000;";

/// Who has one of the goods. A word of several tokens is had by those who have them all.
const GOODS: &str = "SELECT slot FROM category WHERE stem >= ?1 AND stem < ?2
    UNION SELECT slot FROM category WHERE stem IN (SELECT value FROM json_each(?3))
    UNION SELECT slot FROM token WHERE token IN (SELECT value FROM json_each(?4)) GROUP BY slot HAVING count(*) = ?5";

/// The last columns and conditions, the same however the rows are found.
const REST: &str =
    "s.online = 1 AND s.expires_at > ?6 AND s.x * ?7 + s.y * ?8 + s.z * ?9 >= max(?10, s.reach)
    ORDER BY s.x * ?7 + s.y * ?8 + s.z * ?9 DESC, s.peer LIMIT 100";

const SHOWN: &str = "SELECT s.peer, s.signed";

/// Mean Earth radius in kilometres.
const EARTH_KM: f64 = 6371.0088;

/// A way to write the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plan {
    /// Goods first, then each seller's row.
    Goods,
    /// The box around the radius first, then goods.
    Place,
    /// The box first, and each row asked for its goods.
    EachPlace,
}

impl Plan {
    pub(super) const ALL: [Self; 3] = [Self::Goods, Self::Place, Self::EachPlace];

    fn sql(self) -> String {
        let boxed = "place p CROSS JOIN seller s ON s.slot = p.slot
            WHERE p.north >= ?11 AND p.south <= ?12 AND p.east >= ?13 AND p.west <= ?14";
        match self {
            Self::Goods => format!(
                "{SHOWN} FROM ({GOODS}) g CROSS JOIN seller s ON s.slot = g.slot WHERE {REST}"
            ),
            Self::Place => format!("{SHOWN} FROM {boxed} AND s.slot IN ({GOODS}) AND {REST}"),
            Self::EachPlace => format!(
                "{SHOWN} FROM {boxed} AND (
                    EXISTS (SELECT 1 FROM category c WHERE c.stem >= ?1 AND c.stem < ?2 AND c.slot = s.slot)
                    OR EXISTS (SELECT 1 FROM category c WHERE c.stem IN (SELECT value FROM json_each(?3)) AND c.slot = s.slot)
                    OR (SELECT count(*) FROM token t WHERE t.token IN (SELECT value FROM json_each(?4)) AND t.slot = s.slot) = ?5)
                AND {REST}"
            ),
        }
    }
}

/// The rows.
pub(super) struct Rows {
    connection: SqliteConnection,
}

/// Unit vector of a position in degrees.
fn vector((latitude, longitude): (f64, f64)) -> [f64; 3] {
    let (latitude, longitude) = (latitude.to_radians(), longitude.to_radians());
    [
        latitude.cos() * longitude.cos(),
        latitude.cos() * longitude.sin(),
        latitude.sin(),
    ]
}

/// Dot product of two unit vectors that lie so far apart.
fn dot_at(km: Option<u32>) -> f64 {
    km.map_or(-2.0, |km| (f64::from(km) / EARTH_KM).cos())
}

impl Rows {
    pub(super) async fn new() -> sqlx::Result<Self> {
        let options = SqliteConnectOptions::new().in_memory(true);
        let mut connection = SqliteConnection::connect_with(&options).await?;
        sqlx::raw_sql(SCHEMA).execute(&mut connection).await?;
        Ok(Self { connection })
    }

    pub(super) async fn begin(&mut self) -> sqlx::Result<()> {
        sqlx::raw_sql("BEGIN").execute(&mut self.connection).await?;
        Ok(())
    }

    pub(super) async fn commit(&mut self) -> sqlx::Result<()> {
        sqlx::raw_sql("COMMIT; ANALYZE")
            .execute(&mut self.connection)
            .await?;
        Ok(())
    }

    pub(super) async fn insert(&mut self, slot: u32, seller: &Seller) -> sqlx::Result<()> {
        let listing = &seller.listing;
        let degrees = listing.place.degrees().unwrap_or_default();
        let [x, y, z] = vector(degrees);
        sqlx::query("INSERT INTO seller VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(slot)
            .bind(&listing.signer().as_bytes()[..])
            .bind(&listing.bytes()[..])
            .bind(seller.online)
            .bind(listing.expires_at.millis())
            .bind(x)
            .bind(y)
            .bind(z)
            .bind(dot_at(listing.radius_km))
            .execute(&mut self.connection)
            .await?;
        sqlx::query("INSERT INTO place VALUES (?1, ?2, ?2, ?3, ?3)")
            .bind(slot)
            .bind(degrees.0)
            .bind(degrees.1)
            .execute(&mut self.connection)
            .await?;
        for category in &listing.categories {
            sqlx::query("INSERT OR IGNORE INTO category VALUES (?, ?)")
                .bind(category.stem())
                .bind(slot)
                .execute(&mut self.connection)
                .await?;
        }
        for token in tokens(&format!("{} {}", listing.name, listing.words)) {
            sqlx::query("INSERT OR IGNORE INTO token VALUES (?, ?)")
                .bind(token)
                .bind(slot)
                .execute(&mut self.connection)
                .await?;
        }
        Ok(())
    }

    /// Peers and signed listings of the hundred nearest, nearest first.
    pub(super) async fn find(
        &mut self,
        plan: Plan,
        query: &Query,
    ) -> sqlx::Result<Vec<(PeerId, Vec<u8>)>> {
        let stem = query
            .categories
            .first()
            .map_or("", |category| category.stem());
        let above: Vec<&str> = (1..stem.len()).map(|end| &stem[..end]).collect();
        let words: Vec<String> = tokens(query.words.as_str()).into_iter().collect();
        let here = query
            .place
            .as_ref()
            .and_then(|place| place.degrees())
            .unwrap_or_default();
        let [x, y, z] = vector(here);
        let km = query.radius_km.map_or(EARTH_KM * 4.0, f64::from);
        // A hair wider than the circle: the R*Tree keeps 32 bits of a coordinate.
        let high = (km / EARTH_KM).to_degrees() + 1e-4;
        let wide = high / (here.0.abs() + high).min(89.0).to_radians().cos();
        let rows: Vec<(Vec<u8>, Vec<u8>)> = sqlx::query_as(sqlx::AssertSqlSafe(plan.sql()))
            .bind(stem)
            .bind(format!("{stem}\u{10ffff}"))
            .bind(serde_json::json!(above).to_string())
            .bind(serde_json::json!(words).to_string())
            .bind(words.len() as i64)
            .bind(NOW.millis())
            .bind(x)
            .bind(y)
            .bind(z)
            .bind(dot_at(query.radius_km))
            .bind(here.0 - high)
            .bind(here.0 + high)
            .bind(here.1 - wide)
            .bind(here.1 + wide)
            .fetch_all(&mut self.connection)
            .await?;
        let peers = rows
            .into_iter()
            .filter_map(|(peer, signed)| Some((PeerId::try_from(&peer[..]).ok()?, signed)));
        Ok(peers.collect())
    }
}
