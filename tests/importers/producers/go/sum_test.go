package sum

import "testing"

var sink int

func BenchmarkSum(b *testing.B) {
	b.SetBytes(64)
	for i := 0; i < b.N; i++ {
		sink += i
	}
}

func BenchmarkLater(b *testing.B) { b.Skip("later") }
