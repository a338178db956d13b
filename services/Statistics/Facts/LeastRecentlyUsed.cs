namespace Avvik.Statistics.Facts;

/// <summary>What was used last, up to a number of bytes.</summary>
internal sealed class LeastRecentlyUsed<TKey>(long most) where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<Item>> _items = [];
    private readonly LinkedList<Item> _order = new();
    private readonly Lock _lock = new();
    private long _bytes;

    public long Bytes
    {
        get { lock (_lock) return _bytes; }
    }

    public object? Find(TKey key)
    {
        lock (_lock)
        {
            if (!_items.TryGetValue(key, out var node)) return null;
            _order.Remove(node);
            _order.AddFirst(node);
            return node.Value.Content;
        }
    }

    public void Keep(TKey key, object content, int bytes)
    {
        lock (_lock)
        {
            if (_items.TryGetValue(key, out var old)) Remove(old);
            _items.Add(key, _order.AddFirst(new Item(key, content, bytes)));
            _bytes += bytes;
            while (_bytes > most) Remove(_order.Last!);
        }
    }

    private void Remove(LinkedListNode<Item> node)
    {
        _order.Remove(node);
        _items.Remove(node.Value.Key);
        _bytes -= node.Value.Bytes;
    }

    private sealed record Item(TKey Key, object Content, int Bytes);
}
