namespace Rerank.Operator.Runtime.Queue;

/// <summary>How soon a key shall run, compared with others that are ready. A head start and no more: who has waited long enough runs before anybody who came later.</summary>
public enum WorkPriority
{
    Normal,

    /// <summary>Something goes on that has to be looked at every second.</summary>
    High,

    /// <summary>Harm is being done.</summary>
    Urgent,
}
