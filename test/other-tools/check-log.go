// Checks an exported log with golang.org/x/mod, which knows nothing of Gatehouse: the signatures of the checkpoint, those of
// witnesses too, a full replay of the tree from the facts, and the proofs that Gatehouse made. Where an earlier checkpoint
// lies in the folder as it does in a pack (checkpoint.M, consistency.M-N), that the log has grown from it. Prints a line
// for each, and ends with 1 at the first that does not hold.
//
// Below MIN facts were pruned: there the hashes in the tiles take their place.
//
//	check-log DIR PROOFS.json [MIN]
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type proofs struct {
	Inclusion []struct {
		Index int64
		Proof []string
	}
	Consistency []struct {
		Size  int64
		Root  string
		Proof []string
	}
}

type store []tlog.Hash

func (s store) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	var found []tlog.Hash
	for _, i := range indexes {
		found = append(found, s[i])
	}
	return found, nil
}

func main() {
	dir := os.Args[1]
	text := read(filepath.Join(dir, "checkpoint"))
	known := verifiers(dir)
	size, root := check("signatures", text, known)

	var pruned int64
	if len(os.Args) > 3 {
		var err error
		pruned, err = strconv.ParseInt(os.Args[3], 10, 64)
		must(err)
	}
	var leaves [][]byte
	for n := pruned / 256; n*256 < size; n++ {
		width := size - n*256
		name := fmt.Sprintf("tile/entries/%03d", n)
		if width < 256 {
			name += fmt.Sprintf(".p/%d", width)
		}
		for bundle := read(filepath.Join(dir, name)); len(bundle) > 0; {
			length := int(binary.BigEndian.Uint16(bundle))
			leaves = append(leaves, bundle[2:2+length])
			bundle = bundle[2+length:]
		}
	}
	var stored store
	for n := int64(0); n < pruned/256; n++ {
		for i, tile := int64(0), read(filepath.Join(dir, fmt.Sprintf("tile/0/%03d", n))); i < 256; i++ {
			var leaf tlog.Hash
			copy(leaf[:], tile[32*i:])
			hashes, err := tlog.StoredHashesForRecordHash(256*n+i, leaf, stored)
			must(err)
			stored = append(stored, hashes...)
		}
	}
	for i, leaf := range leaves {
		hashes, err := tlog.StoredHashes(pruned+int64(i), leaf, stored)
		must(err)
		stored = append(stored, hashes...)
	}
	replayed, err := tlog.TreeHash(size, stored)
	must(err)
	if pruned+int64(len(leaves)) != size || replayed != root {
		fail("replay: the facts do not lead to the signed root")
	}
	fmt.Printf("replay of %d facts\n", size)

	var made proofs
	must(json.Unmarshal(read(os.Args[2]), &made))
	for _, it := range made.Inclusion {
		leaf := leaves[it.Index-pruned]
		if err := tlog.CheckRecord(hashes(it.Proof), size, root, it.Index, tlog.RecordHash(leaf)); err != nil {
			fail(fmt.Sprintf("inclusion of %d: %v", it.Index, err))
		}
		longer := append(append([]byte{}, leaf...), ' ')
		if tlog.CheckRecord(hashes(it.Proof), size, root, it.Index, tlog.RecordHash(longer)) == nil {
			fail(fmt.Sprintf("inclusion of %d: a leaf plus one blank passes", it.Index))
		}
	}
	fmt.Printf("inclusion of %d\n", len(made.Inclusion))
	for _, it := range made.Consistency {
		if err := tlog.CheckTree(hashes(it.Proof), size, root, it.Size, hash(it.Root)); err != nil {
			fail(fmt.Sprintf("consistency with %d: %v", it.Size, err))
		}
	}
	fmt.Printf("consistency with %d\n", len(made.Consistency))

	kept, err := filepath.Glob(filepath.Join(dir, "checkpoint.*"))
	must(err)
	for _, file := range kept {
		earlier, earlierRoot := check("signatures of "+filepath.Base(file), read(file), known)
		proof := read(filepath.Join(dir, fmt.Sprintf("consistency.%d-%d", earlier, size)))
		if err := tlog.CheckTree(hashes(strings.Fields(string(proof))), size, root, earlier, earlierRoot); err != nil {
			fail(fmt.Sprintf("growth from %d: %v", earlier, err))
		}
		fmt.Printf("growth from %d\n", earlier)
	}
}

// The keys in log.vkey, and those of the witnesses in policy.txt.
func verifiers(dir string) note.Verifiers {
	var known []note.Verifier
	for _, vkey := range strings.Fields(string(read(filepath.Join(dir, "log.vkey")))) {
		// Kinds of keys that this library does not know are none of its business.
		if verifier, err := note.NewVerifier(vkey); err == nil {
			known = append(known, verifier)
		}
	}
	for _, line := range strings.Split(string(read(filepath.Join(dir, "policy.txt"))), "\n") {
		if words := strings.Fields(line); len(words) == 3 && words[0] == "witness" {
			known = append(known, newCosigner(words[2]))
		}
	}
	return note.VerifierList(known...)
}

// A witness: C2SP tlog-cosignature, Ed25519. The library leaves it to its user to bring such kinds of keys along.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newCosigner(vkey string) cosigner {
	parts := strings.SplitN(vkey, "+", 3)
	bytes, err := base64.StdEncoding.DecodeString(parts[2])
	must(err)
	if len(bytes) != 33 || bytes[0] != 4 {
		fail("a witness has a key of another kind")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), bytes...))
	if fmt.Sprintf("%x", sum[:4]) != parts[1] {
		fail("the key of a witness has another id")
	}
	return cosigner{parts[0], binary.BigEndian.Uint32(sum[:4]), bytes[1:]}
}

func (it cosigner) Name() string    { return it.name }
func (it cosigner) KeyHash() uint32 { return it.hash }
func (it cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(signature)
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", at, text)
	return ed25519.Verify(it.key, []byte(message), signature[8:])
}

// The size and root of a checkpoint whose signatures hold.
func check(what string, text []byte, known note.Verifiers) (int64, tlog.Hash) {
	opened, err := note.Open(text, known)
	if err != nil {
		fail(fmt.Sprintf("%s: %v", what, err))
	}
	fmt.Printf("%s: %d hold, %d not known\n", what, len(opened.Sigs), len(opened.UnverifiedSigs))
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	return size, hash(lines[2])
}

func hash(text string) tlog.Hash {
	bytes, err := base64.StdEncoding.DecodeString(text)
	must(err)
	var it tlog.Hash
	copy(it[:], bytes)
	return it
}

func hashes(texts []string) []tlog.Hash {
	var them []tlog.Hash
	for _, text := range texts {
		them = append(them, hash(text))
	}
	return them
}

func read(file string) []byte {
	bytes, err := os.ReadFile(file)
	must(err)
	return bytes
}

func must(err error) {
	if err != nil {
		fail(err.Error())
	}
}

func fail(why string) {
	fmt.Println("FAIL " + why)
	os.Exit(1)
}
