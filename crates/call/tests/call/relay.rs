//! A bad network between two sides on one computer: packets are lost, and come late.

use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use opener_call::Said;
use tokio::{net::UdpSocket, time::interval};

/// What is lost, and how late the rest comes.
#[derive(Clone, Copy)]
pub struct Weather {
    pub loss_percent: u64,
    pub delay: Duration,
}

/// Rewrites the paths of one side so that packets to it take the bad network. The packets of the other side then come from
/// the other side's place in it.
#[derive(Clone)]
pub struct Relay {
    /// For each side, its place in the bad network and where it really is.
    places: Arc<Mutex<HashMap<bool, Vec<Place>>>>,
    weather: Weather,
    lost: Arc<AtomicU32>,
}

#[derive(Clone)]
struct Place {
    real: SocketAddr,
    socket: Arc<UdpSocket>,
}

impl Relay {
    pub fn new(weather: Weather) -> Self {
        Self {
            places: Arc::default(),
            weather,
            lost: Arc::default(),
        }
    }

    /// Packets that were lost so far.
    pub fn lost(&self) -> u32 {
        self.lost.load(Ordering::Relaxed)
    }

    /// The hand that carries what one side says.
    pub fn hand(&self, caller: bool) -> Box<dyn FnMut(&mut Said) + Send> {
        let relay = self.clone();
        Box::new(move |said| {
            if let Said::Candidates { candidates, .. } = said {
                for line in candidates {
                    *line = relay.rewrite(line, caller);
                }
            }
        })
    }

    fn rewrite(&self, line: &str, caller: bool) -> String {
        let words: Vec<&str> = line.split(' ').collect();
        let real: SocketAddr = format!("{}:{}", words[4], words[5]).parse().unwrap();
        let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_nonblocking(true).unwrap();
        let port = socket.local_addr().unwrap().port();
        let socket = Arc::new(UdpSocket::from_std(socket).unwrap());
        let place = Place { real, socket };
        self.places
            .lock()
            .unwrap()
            .entry(caller)
            .or_default()
            .push(place.clone());
        tokio::spawn(self.clone().forward(place, caller));
        let port = port.to_string();
        let mut words = words;
        words[5] = &port;
        words.join(" ")
    }

    /// Packets to one place go on to where that side really is, from the place of the side that sent them.
    async fn forward(self, to: Place, caller: bool) {
        let mut buffer = vec![0; 2048];
        let mut state = u64::from(to.real.port()) << 16 | 1;
        let mut late: VecDeque<(Instant, Vec<u8>, SocketAddr)> = VecDeque::new();
        let mut tick = interval(Duration::from_millis(2));
        loop {
            tokio::select! {
                received = to.socket.recv_from(&mut buffer) => {
                    let Ok((len, from)) = received else { return };
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    if (state >> 33) % 100 >= self.weather.loss_percent {
                        late.push_back((Instant::now() + self.weather.delay, buffer[..len].to_vec(), from));
                    } else {
                        self.lost.fetch_add(1, Ordering::Relaxed);
                    }
                }
                _ = tick.tick() => {}
            }
            while late.front().is_some_and(|(due, ..)| *due <= Instant::now()) {
                let Some((_, packet, from)) = late.pop_front() else {
                    break;
                };
                let sender = {
                    let places = self.places.lock().unwrap();
                    let others = places.get(&!caller).cloned().unwrap_or_default();
                    others.into_iter().find(|place| place.real == from)
                };
                if let Some(sender) = sender {
                    let _ = sender.socket.try_send_to(&packet, to.real);
                }
            }
        }
    }
}
