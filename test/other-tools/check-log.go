// Checks an exported log with golang.org/x/mod, which knows nothing of Gatehouse: the signature of the checkpoint, a full
// replay of the tree from the facts, and the proofs that Gatehouse made. Prints a line for each, and ends with 1 at the
// first that does not hold.
//
//	check-log DIR PROOFS.json
package main

import (
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
	size, root := check(dir, text)

	var leaves [][]byte
	for n := int64(0); n*256 < size; n++ {
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
	for i, leaf := range leaves {
		hashes, err := tlog.StoredHashes(int64(i), leaf, stored)
		must(err)
		stored = append(stored, hashes...)
	}
	replayed, err := tlog.TreeHash(size, stored)
	must(err)
	if int64(len(leaves)) != size || replayed != root {
		fail("replay: the facts do not lead to the signed root")
	}
	fmt.Printf("replay of %d facts\n", size)

	var made proofs
	must(json.Unmarshal(read(os.Args[2]), &made))
	for _, it := range made.Inclusion {
		if err := tlog.CheckRecord(hashes(it.Proof), size, root, it.Index, tlog.RecordHash(leaves[it.Index])); err != nil {
			fail(fmt.Sprintf("inclusion of %d: %v", it.Index, err))
		}
		longer := append(append([]byte{}, leaves[it.Index]...), ' ')
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
}

// The size and root of a checkpoint whose Ed25519 signature holds.
func check(dir string, text []byte) (int64, tlog.Hash) {
	var known []note.Verifier
	for _, vkey := range strings.Fields(string(read(filepath.Join(dir, "log.vkey")))) {
		// Kinds of keys that this library does not know are none of its business.
		if verifier, err := note.NewVerifier(vkey); err == nil {
			known = append(known, verifier)
		}
	}
	opened, err := note.Open(text, note.VerifierList(known...))
	if err != nil {
		fail(fmt.Sprintf("signature: %v", err))
	}
	fmt.Printf("signatures: %d hold, %d not known\n", len(opened.Sigs), len(opened.UnverifiedSigs))
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
