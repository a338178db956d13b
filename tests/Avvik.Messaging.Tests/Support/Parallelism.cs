// Most of these tests wait for a broker or a process most of the time.
[assembly: CollectionBehavior(MaxParallelThreads = 6)]
