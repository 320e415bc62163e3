namespace Rerank.Operator.Runtime.Crds;

/// <summary>One rule of a role.</summary>
public sealed record RbacRule(string Group, string Resource, RbacVerb Verbs, bool OperatorNamespaceOnly);
