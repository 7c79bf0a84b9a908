//! A set of slots, one bit each.

/// Slots below a number given at the start.
#[derive(Debug, Clone)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    /// None of `len` slots.
    pub(crate) fn none(len: usize) -> Self {
        Self(vec![0; len.div_ceil(64)])
    }

    /// Adds a slot; one beyond the length is left out.
    pub(crate) fn insert(&mut self, slot: u32) {
        if let Some(word) = self.0.get_mut(slot as usize / 64) {
            *word |= 1 << (slot % 64);
        }
    }

    /// Keeps the slots that are in both.
    pub(crate) fn intersect(&mut self, other: &Self) {
        let others = other.0.iter().copied().chain(std::iter::repeat(0));
        for (word, other) in self.0.iter_mut().zip(others) {
            *word &= other;
        }
    }

    /// The slots, rising.
    pub(crate) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.0.iter().zip(0u32..).flat_map(|(word, index)| {
            (0..64u32)
                .filter(move |bit| word >> bit & 1 == 1)
                .map(move |bit| index * 64 + bit)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(len: usize, slots: &[u32]) -> Bits {
        let mut bits = Bits::none(len);
        for slot in slots {
            bits.insert(*slot);
        }
        bits
    }

    #[test]
    fn slots_come_back_in_order_and_strangers_stay_out() {
        assert!(
            of(130, &[129, 0, 64, 63, 0, 999])
                .iter()
                .eq([0, 63, 64, 129])
        );
        assert!(of(0, &[0]).iter().next().is_none());
    }

    #[test]
    fn an_intersection_is_what_is_in_both() {
        let mut bits = of(200, &[1, 70, 199]);
        bits.intersect(&of(100, &[1, 70, 71]));
        assert!(bits.iter().eq([1, 70]));
    }
}
